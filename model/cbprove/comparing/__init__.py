"""Two sides compared: specs and revisions of them, and specs against artefacts."""
