"""BTF: what the kernel keeps of its types."""
