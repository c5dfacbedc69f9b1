"""What the home decides by itself, near its things: scenes, rules, functions, and the way up when there is one."""
