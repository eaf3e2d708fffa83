"""The way in for files too large for the page's box: from the reader's browser straight to disk, a piece at a time.

Receiver   takes one file by PUT, with a ticket; answers in words
PATH       where

Two files are received at once; others wait before their first byte. A browser is read no faster than the disk takes it,
so memory stays flat. The ticket travels in a header and the name with the ticket: no log of addresses holds either.
"""

import asyncio
import errno
import logging
from typing import BinaryIO
from urllib.parse import urlsplit

from anyio import to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from lib.view.upload.tickets import Ticket, find

PATH = "/large-file"
TICKET = "x-headlight-ticket"
N_AT_ONCE = 2
PIECE = 1 << 20
LONGEST_SILENCE = 60  # seconds
SAYS = {
    403: "This page may not send files here. Reload it and try again.",
    408: "Nothing came for a minute, so the upload was stopped. Nothing was kept of it; choose the file again.",
    410: "The leave to send this file was used or is too old, or the upload was called off. Choose the file again.",
    413: "The file is larger than may be uploaded here. Nothing was kept of it.",
    499: "The connection was lost. Nothing was kept of it; choose the file again.",
    500: "Something went wrong on our side. Nothing was kept of the file; choose it again.",
    507: "There is no room left on this server’s disk. Nothing was kept of the file.",
}
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_log = logging.getLogger("headlight")
_places = asyncio.Semaphore(N_AT_ONCE)  # of this process's one server


class _Ended(Exception):
    """The file does not arrive; why, as a status."""

    def __init__(self, status: int) -> None:
        self.status = status


class Receiver:
    """Takes one file by PUT, with a ticket, and answers in words: 201, or why not."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            await _received(request, _admitted(request))
        except _Ended as ended:
            # the rest of the file is not waited for
            answer = JSONResponse({"said": SAYS[ended.status]}, ended.status, {"connection": "close"})
        else:
            answer = JSONResponse({"said": "The file is here."}, 201)
        await answer(scope, receive, send)


def _admitted(request: Request) -> Ticket:
    """The ticket of a request that may send a file. It is used up by that."""
    ticket = find(request.headers.get(TICKET, ""))
    if request.method != "PUT" or not _is_from_here(request) or ticket is None:
        raise _Ended(403)
    if not ticket.take():
        raise _Ended(410)
    return ticket


def _is_from_here(request: Request) -> bool:
    """Whether a page of this server asks: browsers say whose page it is, and no page can make them say otherwise."""
    origin, host = request.headers.get("origin", ""), request.headers.get("host", "")
    return bool(host) and urlsplit(origin).netloc.lower() == host.lower()


async def _received(request: Request, ticket: Ticket) -> None:
    """Put the file on disk, or nothing of it."""
    try:
        length = request.headers.get("content-length", "")
        if length.isdecimal() and int(length) > ticket.most:
            raise _Ended(413)
        async with _places:
            await _written(request, ticket)
        if not ticket.finish():
            raise _Ended(410)
    except ClientDisconnect:
        raise _Ended(499) from None
    except OSError as error:
        if ticket.state == "void":  # its folder went while it was written
            raise _Ended(410) from None
        _log.error("a large file could not be kept: %s", errno.errorcode.get(error.errno, type(error).__name__))
        raise _Ended(507 if error.errno in _FULL else 500) from None
    finally:
        ticket.void()  # where it is not whole


async def _written(request: Request, ticket: Ticket) -> None:
    if ticket.state != "at work":
        raise _Ended(410)
    with ticket.part.open("xb", buffering=0) as part:
        ticket.part.chmod(0o600)
        n_bytes, piece, chunks = 0, bytearray(), request.stream()
        while (chunk := await _next(chunks)) is not None:
            n_bytes += len(chunk)
            piece += chunk
            if n_bytes > ticket.most:
                raise _Ended(413)
            if len(piece) >= PIECE:
                await to_thread.run_sync(_put, part, piece)
                piece = bytearray()
                if ticket.state != "at work":
                    raise _Ended(410)
        await to_thread.run_sync(_put, part, piece)


async def _next(chunks: object) -> bytes | None:
    try:
        async with asyncio.timeout(LONGEST_SILENCE):
            return await anext(chunks, None)
    except TimeoutError:
        raise _Ended(408) from None


def _put(part: BinaryIO, piece: bytearray) -> None:
    """Write all of a piece: an unbuffered file may take a part of it only."""
    rest = memoryview(piece)
    while rest:
        rest = rest[part.write(rest) :]
