"""What must hold: one module a property, no solver."""
