"""What the files of a database hold, whatever its queries answer."""

from collections.abc import Sequence
from contextlib import closing

from storage.address import Address, Server
from storage.database import connect


def content(address: Address) -> bytes:
    """Return what is on the disk of the database, of a server the table's own file."""
    if not isinstance(address, Server):
        return b"".join(each.read_bytes() for each in sorted(address.parent.glob(f"{address.name}*")))
    with closing(connect(address)) as engine:
        engine.execute("CHECKPOINT")
        [row] = engine.query("SELECT pg_read_binary_file(pg_relation_filepath('installations')) AS content")
        return bytes(row["content"])


def found(secrets: Sequence[str], address: Address) -> list[str]:
    """Return those that are on the disk, whole or in part."""
    on_disk = content(address)
    return [each for each in secrets if each.encode() in on_disk or each[8:40].encode() in on_disk]
