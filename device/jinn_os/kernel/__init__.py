"""The kernel of jinn OS: boot stages, supervised tasks, the watchdog, the log and the health of one appliance."""
