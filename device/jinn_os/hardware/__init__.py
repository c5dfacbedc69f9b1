"""The hardware layer: what a driver may touch, as objects that are granted to it one by one."""
