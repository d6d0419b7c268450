"""Files given to an executor of `concurrent.futures`, answers in the order of files; one that ends its process ends no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool

from cbprove.frozen import frozen
from cbprove.source.accesses import Answer, Unread
from cbprove.source.sweep import Asking, Job

Finished = Callable[[Job, Answer], None]


@frozen
class Hands:
    """Who reads files: what opens an executor, and what it raises where a file has ended a process.

    One that `lasts` is somebody else's, goes on after that and is not closed here.
    """

    opened: Callable[[], Executor]
    broken: tuple[type[BaseException], ...] = (BrokenProcessPool,)
    lasts: bool = False


def processes(workers: int) -> Hands:
    """Processes of this machine."""
    return Hands(lambda: ProcessPoolExecutor(workers))


class Pool:
    """Gives files to hands while it is entered. Whatever is finished is told at once, in any order."""

    def __init__(self, hands: Hands) -> None:
        self.hands = hands
        self.executor: Executor | None = None

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _stop(self) -> None:
        if self.executor is not None and not self.hands.lasts:
            self.executor.shutdown(cancel_futures=True)
        self.executor = None

    def __call__(self, asking: Asking, jobs: Sequence[Job], finished: Finished | None = None) -> Iterator[Answer]:
        """The answers in the order of jobs."""
        answers: dict[int, Answer] = {}
        told = 0
        while told < len(jobs):
            for index, answer in self._some(asking, jobs, [each for each in range(len(jobs)) if each not in answers]):
                answers[index] = answer
                if finished is not None:
                    finished(jobs[index], answer)
                while told in answers:
                    yield answers[told]
                    told += 1

    def _some(self, asking: Asking, jobs: Sequence[Job], wanted: Sequence[int]) -> Iterator[tuple[int, Answer]]:
        """Those that are finished until a process ends, and the first of those that may have ended it."""
        self.executor = self.executor or self.hands.opened()
        waiting: dict[Future[Answer], int] = {self.executor.submit(asking, jobs[each]): each for each in wanted}
        left = dict.fromkeys(wanted)
        for future in as_completed(waiting):
            index = waiting[future]
            try:
                answer = future.result()
            except self.hands.broken:
                if not self.hands.lasts:
                    break
                answer = _alone(asking, jobs[index])
            del left[index]
            yield index, answer
        else:
            return
        self._stop()
        first = next(iter(left))
        yield first, _alone(asking, jobs[first])


def _alone(asking: Asking, job: Job) -> Answer:
    """In a process of its own, so that nothing else ends with it."""
    with ProcessPoolExecutor(1) as one:
        try:
            return one.submit(asking, job).result()
        except BrokenProcessPool:
            told = f"{job.path}: libclang broke down over it, as over what is nested too deep"
            return Answer(unread=Unread(job.path, 1, told))
