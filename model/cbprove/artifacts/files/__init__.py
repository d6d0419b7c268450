"""Files as they come: ELF, kernel images, what is compressed."""
