"""How fast cbprove is, against whom: generated specs, equivalent rivals, whole processes side by
side."""
