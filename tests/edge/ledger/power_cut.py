"""A disk in front of the real one that loses or tears, when the power is cut, what was not forced.

What POSIX promises is little: a file's bytes are there once it was forced; a name may then still
be the old one, the new one, or both, whatever the order in which names were given. So of every
name one of the things that it ever stood for since the last cut is taken, and of every file that
was not forced whole, none, a part, or a part with zeros after it.
"""

from __future__ import annotations

import shutil
from itertools import count

from evenhand.edge.ledger.disk import DiskFiles


class Cut(BaseException):
    """Stands for the power going: nothing catches it."""


class PowerCut(DiskFiles):
    """A disk that is cut off when it has changed something `after` times; None: only by `cut`.

    `lies` is a disk whose `force` forces nothing; `restless` a machine that does not tell that it
    was started again. Both are wrong on purpose.
    """

    def __init__(self, folder, *, lies=False, restless=False):
        self.folder, self.lies, self.restless = folder, lies, restless
        self.numbers, self.starts, self.after = count(1), 1, None
        self.held, self.forced, self.names, self.now = {}, set(), {}, {}

    def _change(self):
        if self.after is not None:
            if self.after == 0:
                raise Cut
            self.after -= 1

    def _name(self, path, inode):
        """From now on the name stands for this file, or None; what it stood for may come back."""
        self.names.setdefault(path, [self.now.get(path)]).append(inode)
        self.now[path] = inode

    def write(self, path, data):
        self._change()
        super().write(path, data)
        inode = next(self.numbers)
        self.held[inode] = data
        self._name(path, inode)

    def force(self, path):
        self._change()
        super().force(path)
        if not self.lies:
            self.forced.add(self.now[path])

    def rename(self, source, target):
        self._change()
        super().rename(source, target)
        self._name(target, self.now[source])
        self._name(source, None)

    def make_directory(self, path):
        self._change()
        super().make_directory(path)

    def remove_directory(self, path):
        self._change()
        for name in [name for name, inode in self.now.items()
                     if inode is not None and path in name.parents]:
            self._name(name, None)
        super().remove_directory(path)

    def start_of_machine(self):
        return "start" if self.restless else f"start {self.starts}"

    def cut(self, chance):
        """Cut the power; the folder is then what this `random.Random` left of it."""
        self.after = None
        named = {path: chance.choice(self.names.get(path, [inode]))
                 for path, inode in {**dict.fromkeys(self.names), **self.now}.items()}
        left = {path: inode for path, inode in sorted(named.items()) if inode is not None}
        self.held = {inode: self._torn(chance, inode) for inode in sorted(set(left.values()))}
        self.forced, self.names, self.now = set(self.held), {}, left
        self.starts += 1
        shutil.rmtree(self.folder, ignore_errors=True)
        first = {}
        for path, inode in left.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            if inode in first:
                path.hardlink_to(first[inode])
            else:
                path.write_bytes(self.held[inode])
                first[inode] = path

    def _torn(self, chance, inode):
        data = self.held[inode]
        if inode in self.forced:
            return data
        kept = chance.randint(0, len(data))
        return chance.choice([data, b"", data[:kept], data[:kept] + bytes(len(data) - kept)])
