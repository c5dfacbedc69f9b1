"""Which part of the floor is clean? Rooms as grids of half metres, swept row by row, forth and back."""

_COLUMNS, _ROWS = 6, 5


class Floor:
    """`rooms`: a list of ids, or `{id: [columns, rows]}`. Without any, there is one room with no name."""

    def __init__(self, rooms):
        if not isinstance(rooms, dict):
            rooms = {room: (_COLUMNS, _ROWS) for room in rooms}
        self._rooms = rooms
        self._todo = []
        self._at = 0
        self.swept = []

    def has(self, room):
        return not room or not self._rooms or room in self._rooms

    def begin(self, room):
        """All of one room, or with no name all there are, is to be swept."""
        names = [room] if room else sorted(self._rooms) or [""]
        self._todo = [(name,) + tuple(self._rooms.get(name, (_COLUMNS, _ROWS))) for name in names]
        self._at = 0
        self.swept = []

    def left(self):
        """How many cells are not clean yet."""
        return sum(columns * rows for _, columns, rows in self._todo) - self._at

    def sweep(self):
        """The next cell: `(room, column, row)`."""
        index = self._at
        for name, columns, rows in self._todo:
            if index < columns * rows:
                row, column = divmod(index, columns)
                cell = (name, column if row % 2 == 0 else columns - 1 - column, row)
                self.swept.append(cell)
                self._at += 1
                return cell
            index -= columns * rows
        raise IndexError("the floor is clean")
