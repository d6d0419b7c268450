"""Static expressions in C: for `#if` where no type is asked, else as exact integers of long long."""

from __future__ import annotations

from cbprove.language import elaborate_static, scalars, syntax
from cbprove.language.elaborate_context import Context
from cbprove.language.names import Enumeration, Names
from cbprove.reproduce import shapes
from cbprove.reproduce.spelling import bracketed, exact, identifier, literal
from cbprove.reproduce.types import Types


class Static:
    """Prints static expressions; `types` notes the types that they name."""

    def __init__(self, cx: Context, types: Types) -> None:
        self.cx = cx
        self.names: Names = cx.names
        self.types = types

    def condition(self, node: syntax.Expr) -> str | None:
        """The text for `#if`, None where it asks for a type."""
        try:
            return self.text(node, preprocessed=True)
        except _NeedsTypes:
            return None

    def text(self, node: syntax.Expr, preprocessed: bool = False) -> str:
        """The text of a constant expression of C."""
        match node:
            case syntax.Number(value):
                return exact(value)
            case syntax.Place():
                return self._name(node, preprocessed)
            case syntax.Defined(name=name, span=span) if name.text in self.names.axes:
                return self._name(syntax.Place(name, (), span), preprocessed)
            case syntax.Defined():
                return str(int(elaborate_static.defined(self.cx, node)))
            case syntax.Unary(sign, operand):
                return f"{sign}{self._inner(operand, preprocessed)}"
            case syntax.Binary():
                compared = self.compared(node)
                if compared is not None:
                    return compared
                left, right = (self.text(side, preprocessed) for side in (node.left, node.right))
                if node.operator == "<<" and not preprocessed:
                    left = f"(long long){bracketed(syntax.Unary('-', node.left, node.span), node.left, left)}"
                    return f"{left} << {bracketed(node, node.right, right)}"
                return f"{bracketed(node, node.left, left)} {node.operator} {bracketed(node, node.right, right)}"
            case syntax.Conditional(asked, then, otherwise):
                parts = [self._inner(part, preprocessed) for part in (asked, then, otherwise)]
                return f"{parts[0]} ? {parts[1]} : {parts[2]}"
            case syntax.Has():
                return self.has(node)
        if preprocessed:
            raise _NeedsTypes
        return f"(long long){self.of_types(node)}"

    def alone(self, node: syntax.Expr) -> str:
        """The text where it is cast as a whole."""
        text = self.text(node)
        return (
            text
            if isinstance(node, syntax.Unary | syntax.Binary | syntax.Conditional)
            else text.removeprefix("(long long)")
        )

    def of_types(self, node: syntax.Sizeof | syntax.Alignof | syntax.Offsetof) -> str:
        """`sizeof` and its like, of the type that C gives them."""
        if isinstance(node, syntax.Offsetof):
            return f"offsetof({self.types.name(node.type)}, {self.path(node.member)})"
        word = "sizeof" if isinstance(node, syntax.Sizeof) else "__alignof__" if node.preferred else "_Alignof"
        if not isinstance(node.operand, syntax.Place):
            return f"{word}({self.types.name(node.operand)})"
        base = node.operand.base.text
        if base not in self.names.shared and (base in self.names.typedefs or self._scalar(base)):
            return f"{word}({self.types.name(syntax.NamedType(node.operand.base))}{self._indexes(node.operand)})"
        member = self.types.member_text(node.operand)
        return f"{'sizeof' if word == 'sizeof' else '__alignof__'}({member})"

    def path(self, node: syntax.Place) -> str:
        """`member.path[3]` as it is written, indexes as numbers."""
        text = node.base.text
        for suffix in node.suffixes:
            if isinstance(suffix, syntax.Dot):
                text += f".{suffix.name.text}"
            elif isinstance(suffix, syntax.Index):
                text += f"[{self.text(suffix.value)}]"
        return text

    def compared(self, node: syntax.Binary) -> str | None:
        """`AXIS == value` of an axis with named values."""
        for side, other in ((node.left, node.right), (node.right, node.left)):
            axis = elaborate_static.named_axis(self.cx, side)
            if axis is None or node.operator not in ("==", "!=") or not isinstance(other, syntax.Place):
                continue
            if other.base.text in axis.values:
                equal = shapes.is_axis(axis.name, other.base.text)
                return equal if node.operator == "==" else f"!{equal}"
        return None

    def has(self, node: syntax.Has) -> str:
        """Whether a type has a member, as a condition on axes."""
        suffixes = (syntax.Dot(node.member.base), *node.member.suffixes)
        found = list(shapes.find(self.names, node.type, suffixes, self.condition))
        ways = [" && ".join(way.conditions) for way in found]
        if any(not way for way in ways):
            return "1"
        ways = [f"({way})" if len(found) > 1 and "&&" in way else way for way in ways]
        return (f"({' || '.join(ways)})" if len(ways) > 1 else ways[0]) if ways else "0"

    def _inner(self, node: syntax.Expr, preprocessed: bool) -> str:
        text = self.text(node, preprocessed)
        return bracketed(syntax.Unary("-", node, node.span), node, text)

    def _scalar(self, name: str) -> bool:
        return scalars.is_scalar(name)

    def _indexes(self, node: syntax.Place) -> str:
        return "".join(f"[{self.text(s.value)}]" for s in node.suffixes if isinstance(s, syntax.Index))

    def _name(self, node: syntax.Place, preprocessed: bool) -> str:
        name = node.base.text
        found = self.names.constants.get(name)
        if isinstance(found, Enumeration):
            return self._enumerator(found, preprocessed)
        if found is not None:
            return f"({self.text(found.value, preprocessed)})"
        axis = self.names.axes[name]
        if not isinstance(axis.values, range):
            return shapes.is_axis(name, "yes")
        return identifier(name) if preprocessed else f"(long long){identifier(name)}"

    def _enumerator(self, found: Enumeration, preprocessed: bool) -> str:
        """What is written at it or at the last one before it, and how many later."""
        for said in range(found.index, -1, -1):
            value = found.body.enumerators[said].value
            if value is not None:
                return f"({self._inner(value, preprocessed)} + {found.index - said})"
        return literal(found.index)


class _NeedsTypes(Exception):
    """The preprocessor knows no types."""
