"""What strangers try. Each gets a clean answer; the app stays alive, small, and in its folder."""
from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import numpy as np
import pytest
import uvicorn
from PIL import Image, ImageDraw

import connections
import libdigit
from conftest import (API, PICTURES, SOURCE, WEB, App, Reply, file_of, free_port, seven, start,
                      stop)
from corrections import Corrections
from limits import CONNECTIONS_MAX, QUEUE_MAX, WAITING_MAX
from page import build
from turns import Turns

MEMORY_MAX = 600  # MB
PICTURE = PICTURES / "seven-blue-pen.png"
META = {"meta": {"_type": "gradio.FileData"}}


def files_in(*folders: Path) -> set[str]:
    return {os.path.join(place, name) for folder in folders
            for place, _, names in os.walk(folder) for name in names}


@pytest.fixture(name="abused", scope="module")
def fixture_abused(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An app of this file's own, so that its memory says what abuse did."""
    app = start(tmp_path_factory.mktemp("abused"))
    yield app
    stop(app)


@pytest.fixture(autouse=True)
def unharmed(abused: App) -> Iterator[None]:
    """After each abuse."""
    before = files_in(abused.folder, WEB)
    abused.forget_memory()
    yield
    assert abused.is_well()
    assert abused.memory() < MEMORY_MAX
    uploads = str(abused.folder / "tmp")
    assert {name for name in files_in(abused.folder, WEB) - before
            if not name.startswith(uploads)} == set()
    assert abused.ask("predict", PICTURE.read_bytes()).data[0]["digit"] == 7


def is_refused(reply: Reply, *words: str) -> None:
    """A sentence for the sender, without a path of ours."""
    assert reply.event == "error", reply
    text = str(reply.data["error"])
    for word in words:
        assert word in text, text
    assert "/" not in text and "Traceback" not in text, text


def png(width: int, height: int, rows: bytes) -> bytes:
    """A grey PNG file; `rows` is its compressed content, as the file says it or not."""
    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows)
            + chunk(b"IEND", b""))


# ---- Files of the machine ---------------------------------------------------

@pytest.mark.parametrize("path", [
    "/etc/passwd", "../../../../etc/passwd", "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    str(WEB / "app.py"), str(PICTURE), "/proc/self/environ"])
def test_files_of_the_machine_are_not_served(abused: App, path: str) -> None:
    reply = abused.http.get(f"{API}/file={path}")
    assert reply.status_code in (403, 404) and "root:" not in reply.text


@pytest.mark.parametrize("meta", [{}, META], ids=["plain", "file"])
@pytest.mark.parametrize("path", ["/etc/passwd", str(PICTURE), "/dev/zero", "picture\0.png", ""])
@pytest.mark.parametrize("endpoint", ["predict", "read"])
def test_files_of_the_machine_are_not_read(abused: App, endpoint: str, path: str, meta: dict
                                           ) -> None:
    reply = abused.call(endpoint, {"path": path, **meta})
    assert reply.event == "error" and "root:" not in str(reply.data)


def test_a_way_out_of_the_uploads(abused: App) -> None:
    uploaded = Path(abused.upload(file_of(seven())))
    way = uploaded.parent / Path(*[".."] * 12) / str(PICTURE).lstrip("/")
    assert way.exists()
    is_refused(abused.call("predict", {"path": str(way)}), "not uploaded")


# ---- Addresses --------------------------------------------------------------

@pytest.fixture(name="elsewhere")
def fixture_elsewhere() -> Iterator[tuple[str, socket.socket]]:
    """An address that notices when it is asked."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.3)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/seven.png", listener


def was_asked(listener: socket.socket) -> bool:
    try:
        listener.accept()[0].close()
    except TimeoutError:
        return False
    return True


def test_addresses_are_not_fetched(abused: App, elsewhere: tuple[str, socket.socket]) -> None:
    address, listener = elsewhere
    for meta in ({}, META):
        assert abused.call("predict", {"path": address, **meta}).event == "error"
        assert abused.call("predict", {"url": address, **meta}).event == "error"
    assert not was_asked(listener)


def test_nothing_is_passed_on(abused: App, elsewhere: tuple[str, socket.socket]) -> None:
    address, listener = elsewhere
    for way in ("file", "proxy", "%66ile"):
        assert abused.http.get(f"{API}/{way}={address}").status_code in (403, 404)
    assert not was_asked(listener)


@pytest.mark.parametrize("origin", [
    "https://example.org", "http://localhost:1", "http://127.0.0.1", "null", "file://", ""])
def test_another_sites_page(abused: App, origin: str) -> None:
    """What a browser says of a request that a page from elsewhere makes."""
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    for where in ("", f"{API}/upload", f"{API}/call/predict", f"{API}/queue/join"):
        for method in ("GET", "POST", "OPTIONS"):
            reply = abused.http.request(method, where, headers=headers)
            assert reply.status_code == 403 and "Other sites" in reply.text
            assert "access-control-allow-origin" not in reply.headers
    link = {"Sec-Fetch-Site": "cross-site"}
    assert abused.http.get("/", headers=link).status_code == 200, "a link is fine"
    assert abused.http.get("/", headers={"Origin": abused.address}).status_code == 200


@pytest.mark.parametrize("host", [
    "example.org", "example.org:80", "127.0.0.1.example.org", "localhost.example.org", "10.0.0.1",
    "[::2]", "[::1", "localhost@example.org", ""])
def test_another_name(abused: App, host: str) -> None:
    """DNS rebinding: a page's own name leads to this address, so Host and Origin agree."""
    for headers in ({"Host": host}, {"Host": host, "Origin": f"http://{host}"}):
        for reply in (abused.http.get("/config", headers=headers),
                      abused.http.post(f"{API}/call/predict", headers=headers)):
            assert reply.status_code == 421 and "--allow-host" in reply.text
            assert "access-control-allow-origin" not in reply.headers


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:7860", "127.0.0.1:1", "[::1]:7860"])
def test_names_of_this_machine(abused: App, host: str) -> None:
    assert abused.http.get("/config", headers={"Host": host}).status_code == 200


def test_names_that_are_given(tmp_path: Path) -> None:
    app = start(tmp_path, "--host", "0.0.0.0", "--allow-host", "Digits.example",
                "--allow-host", "b.example")
    try:
        for host, status in (("digits.example:80", 200), ("B.example", 200), ("192.0.2.7:80", 200),
                             ("[2001:db8::1]", 200), ("c.example", 421), ("x.b.example", 421)):
            headers = {"Host": host, "Origin": f"http://{host}"}
            assert app.http.get("/config", headers=headers).status_code == status, host
    finally:
        stop(app)


# ---- Too much ---------------------------------------------------------------

def test_a_file_of_9_mb(abused: App) -> None:
    reply = abused.http.post(f"{API}/upload", files={"files": ("a.png", bytes(9 << 20))})
    assert reply.status_code == 413 and "8 MB" in reply.text


def test_9_mb_of_json(abused: App) -> None:
    reply = abused.http.post(f"{API}/call/predict", json={"data": ["x" * (9 << 20)]})
    assert reply.status_code == 413


@pytest.mark.parametrize("where", ["upload", "call/predict"])
def test_9_mb_without_saying_so(abused: App, where: str) -> None:
    def content() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
        for _ in range(9 * 16):
            yield bytes(1 << 16)
    kind = "multipart/form-data; boundary=x" if where == "upload" else "application/json"
    reply = abused.http.post(f"{API}/{where}", content=content(), headers={"content-type": kind})
    assert reply.status_code == 413


def test_a_length_that_is_none(abused: App) -> None:
    for length in (b"-1", b"9e9", b"99999999999999999999"):
        with socket.create_connection(("127.0.0.1", abused.port)) as line:
            line.settimeout(20)
            line.sendall(b"POST /gradio_api/upload HTTP/1.1\r\nHost: localhost\r\n"
                         b"Content-Length: " + length + b"\r\n\r\n")
            assert line.recv(64).split()[1] in (b"400", b"413"), length


@pytest.mark.parametrize("name", ["a" * 5_000 + ".png", "😀" * 900 + ".png", "." * 3_000,
                                  "a\0b.png"], ids=["a", "faces", "dots", "zero"])
def test_a_giant_file_name(abused: App, name: str) -> None:
    reply = abused.http.post(f"{API}/upload", files={"files": (name, file_of(seven()))})
    assert reply.status_code in (200, 400, 413)
    if reply.status_code == 200:
        [path] = reply.json()
        assert len(os.path.basename(path)) < 256
        assert abused.call("predict", {"path": path}).data[0]["digit"] == 7


def test_a_file_name_that_climbs(abused: App) -> None:
    path = abused.upload(file_of(seven()), "../../../../corrections/7/climbed.png")
    assert path.startswith(str(abused.folder / "tmp")) and ".." not in path
    assert not abused.corrections.exists()


def test_an_endless_address(abused: App) -> None:
    assert abused.http.get("/" + "a" * 10_000).status_code in (400, 404, 414)


def test_a_bomb(abused: App) -> None:
    """400 megapixels in 0.4 MB."""
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(20_001)) for _ in range(20_000)) + packer.flush()
    is_refused(abused.ask("predict", png(20_000, 20_000, rows)), "40,000,000")
    is_refused(abused.ask("read", png(20_000, 20_000, rows)), "40,000,000")


def test_a_little_more_than_40_mpx(abused: App) -> None:
    packed = zlib.compress(bytes(8_001 * 5_001))
    is_refused(abused.ask("predict", png(8_000, 5_001, packed)), "40,000,000")


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P"])
def test_just_40_mpx(abused: App, mode: str) -> None:
    """Four at once: it is read, and memory is bounded."""
    content = file_of(Image.new(mode, (8_000, 5_000)))
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda _: abused.ask("predict", content), range(4)))
    assert [reply.data[0]["digit"] for reply in replies] == [None] * 4
    assert abused.ask("read", content).data[0]["text"] == ""


def test_formats_that_take_more_to_decode(abused: App) -> None:
    """WebP keeps four copies; a tile of a TIFF is unpacked as a whole, however large it is."""
    webp = file_of(Image.new("RGB", (8_000, 5_000)), "WEBP", lossless=True, quality=0, method=0)
    tags = [(256, 16), (257, 16), (258, 8), (259, 8), (262, 1), (277, 1), (322, 40_000),
            (323, 40_000), (324, 8), (325, 9)]
    tile = zlib.compress(bytes(1 << 20))
    tiff = b"II*\0" + struct.pack("<I", 8 + len(tile)) + tile + struct.pack("<H", len(tags))
    tiff += b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags) + bytes(4)
    for content in (webp, tiff):
        is_refused(abused.ask("predict", content), "MiB to decode")


def test_a_zip_of_bzip2(abused: App) -> None:
    """Some kB that would take gigabytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("7/a.png", bytes(512 << 20))
    content = file.getvalue().replace((512 << 20).to_bytes(4, "little"), b"\xe8\3\0\0")
    given = [{"path": abused.upload(content, "data.zip"), **META}]
    reply = abused.call("train", given, "Tutorials' network (fast)", 1)
    assert reply.event == "error" and "no pictures" in str(reply.data)


def test_64_requests_at_once(abused: App) -> None:
    """Each is answered, or told that the queue is full or that its sender has enough in it."""
    picture = {"path": abused.upload(PICTURE.read_bytes())}
    with ThreadPoolExecutor(64) as pool:
        replies = list(pool.map(lambda _: abused.call("predict", picture), range(64)))
    answered = [reply for reply in replies if reply.event == "complete"]
    refused = [reply for reply in replies if reply.event == "refused 503"
               or "wait already" in str(reply.data)]
    assert len(answered) + len(refused) == 64 and len(answered) > WAITING_MAX
    assert {reply.data[0]["digit"] for reply in answered} == {7}


def test_64_uploads_at_once(abused: App) -> None:
    content = os.urandom(2 << 20)
    with ThreadPoolExecutor(64) as pool:
        assert len(set(pool.map(lambda n: abused.upload(content, f"{n}.png"), range(64)))) == 64


# ---- Too slowly -------------------------------------------------------------

def mesh(side: int) -> bytes:
    """A page of small meshes, which takes the reader longest for its size."""
    page = Image.new("1", (side, side), 1)
    pen = ImageDraw.Draw(page)
    for top in range(3, side - 20, 23):
        for left in range(3, side - 40, 43):
            for y in range(top, top + 20, 4):
                pen.line((left, y, left + 39, y), 0)
            for x in range(left, left + 40, 4):
                pen.line((x, top, x, top + 19), 0)
    return file_of(page)


def test_two_who_send_much(abused: App) -> None:
    """A third waits for one picture of theirs, not for all."""
    hostile = mesh(2_000)
    begun = time.monotonic()
    assert abused.ask("read", hostile).event in ("complete", "error")
    alone = time.monotonic() - begun
    senders = [abused.seen_from(f"127.0.0.{last}") for last in (2, 3)]
    with ThreadPoolExecutor(24) as pool:
        sent = [pool.submit(sender.ask, "read", hostile) for _ in range(12) for sender in senders]
        time.sleep(1 + alone)
        begun = time.monotonic()
        assert abused.ask("predict", PICTURE.read_bytes()).data[0]["digit"] == 7
        waited = time.monotonic() - begun
        replies = [one.result() for one in sent]
    assert waited < 1 + 3 * alone
    refused = [reply for reply in replies if reply.event == "error"]
    assert refused and all("wait already" in reply.data["error"] for reply in refused)


def test_turns() -> None:
    """By round robin, and one at a time of each client."""
    turns, order = Turns(at_once=2, waiting_max=3), []
    with contextlib.ExitStack() as held, ThreadPoolExecutor(8) as pool:
        def work(client: str) -> None:
            with turns.turn(client):
                order.append(client)
        held.enter_context(turns.turn("x"))
        second = held.enter_context(contextlib.ExitStack())
        second.enter_context(turns.turn("y"))
        work_sent = []
        for client in "aaabbx":
            work_sent.append(pool.submit(work, client))
            time.sleep(0.05)
        with pytest.raises(gr.Error, match="3 pictures of yours wait"):
            turns.turn("a").__enter__()
        assert order == []
        second.close()
        for one in work_sent[:5]:
            one.result(5)
        assert order == list("ababa"), "x has one under way"
        held.close()
    assert order == list("ababax")


@pytest.fixture(name="timed")
def fixture_timed(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a server whose patience is short."""
    for state in connections.SECONDS:
        monkeypatch.setitem(connections.SECONDS, state, 0.5)

    async def reader(_: object, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})

    yield from served(reader)


def served(app: Any) -> Iterator[int]:
    """The port of a server in this process, until it is asked on."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, lifespan="off", log_level="critical",
                                           http=connections.TimedProtocol))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield port
    server.should_exit = True
    thread.join()


HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n"


def is_closed_in_time(port: int, start: bytes, drip: bytes) -> bool:
    """Whether a server ends a connection on which a byte comes every 0.1 seconds."""
    with socket.create_connection(("127.0.0.1", port), timeout=0.1) as line:
        line.sendall(start)
        for byte in drip[:30]:
            try:
                while answer := line.recv(4096):
                    assert b"204" in answer
                return True
            except TimeoutError:
                line.sendall(bytes([byte]))
            except ConnectionResetError:
                return True
    return False


@pytest.mark.parametrize("start", [
    b"", b"POST", HEAD, HEAD + b"\r\n", HEAD + b"\r\n123456789" + HEAD,
    HEAD + b"\r\n123456789" + HEAD + b"\r\n1"],
    ids=["nothing", "method", "head", "body", "second-head", "second-body"])
def test_requests_that_never_end(timed: int, start: bytes) -> None:
    assert is_closed_in_time(timed, start, b"1" * 8 if b"\r\n\r\n" in start else b"X" * 30)


@pytest.fixture(name="talkative")
def fixture_talkative(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a server that answers with 64 MiB, and waits half a second for its readers."""
    monkeypatch.setattr(connections, "ANSWER_SECONDS", 0.5)

    async def talk(_: object, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200})
        for _ in range(64):
            await send({"type": "http.response.body", "body": bytes(1 << 20), "more_body": True})
        await send({"type": "http.response.body"})

    yield from served(talk)


@pytest.mark.parametrize("drip", [0, 100], ids=["nothing", "drop by drop"])
@pytest.mark.parametrize("kept", ["keep-alive", "close"])
def test_readers_that_never_end(talkative: int, drip: int, kept: str) -> None:
    """A connection whose answer nobody reads is closed; what was sent until then can be read."""
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.connect(("127.0.0.1", talkative))
        line.sendall(f"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: {kept}\r\n\r\n".encode())
        for _ in range(15):
            time.sleep(0.1)
            if drip:
                line.recv(drip)
        line.settimeout(10)
        got = 0
        with contextlib.suppress(ConnectionResetError):
            while part := line.recv(1 << 20):
                got += len(part)
        assert got < 32 << 20


def test_readers_in_time(talkative: int) -> None:
    """All of the answer, which takes longer than the server waits for a part of it."""
    with httpx.stream("GET", f"http://127.0.0.1:{talkative}/", timeout=20) as reply:
        got = 0
        for part in reply.iter_raw(1 << 20):
            got += len(part)
            time.sleep(0.02)
    assert got == 64 << 20


def test_cameras_do_not_wait_for_each_other(tmp_path: Path) -> None:
    """A stream holds its place in the queue until its end: there is one for each that may wait."""
    page = build(libdigit.Model.pretrained(), Corrections(str(tmp_path)))
    (watch,) = [one for one in page.fns.values() if one.name == "watch_camera"]
    assert watch.time_limit and watch.concurrency_limit == QUEUE_MAX


def test_connections_by_the_hundred(abused: App) -> None:
    """Further ones are refused, those that say nothing are ended, and all is well again."""
    with contextlib.ExitStack() as held:
        lines = [held.enter_context(socket.create_connection(("127.0.0.1", abused.port)))
                 for _ in range(CONNECTIONS_MAX)]
        for line in lines:
            line.sendall(b"GET / HTTP/1.1\r\n")
        assert abused.http.get("/").status_code == 503
        for line in lines:
            line.settimeout(20)
            with contextlib.suppress(ConnectionResetError):
                assert line.recv(1) == b""
        assert abused.is_well()


# ---- What is no picture -----------------------------------------------------

@pytest.mark.parametrize("content, words", [
    (b"", "no picture of"),
    (b"This is no picture.", "no picture of"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "no picture of"),
    (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "no picture of"),
    (file_of(seven(), "GIF"), "no picture of"),
    (file_of(seven(), "PPM"), "no picture of"),
    (file_of(seven(), "JPEG")[:700], "damaged"),
    (file_of(seven())[:300], "damaged"),
    (png(100, 100, zlib.compress(b"short")), "damaged"),
], ids=["empty", "text", "svg", "eps", "gif", "ppm", "half-jpeg", "half-png", "short-png"])
@pytest.mark.parametrize("name", ["picture.png", "picture.svg", "picture"])
def test_no_picture(abused: App, content: bytes, words: str, name: str) -> None:
    is_refused(abused.ask("predict", content, name), words)


def test_a_tiff_of_1000_pages(abused: App) -> None:
    file = io.BytesIO()
    pages = [seven().resize((50, 60)).convert("L")] * 1_000
    pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:])
    assert abused.ask("predict", file.getvalue(), "pages.tif").data[0]["digit"] == 7


def test_noise(abused: App) -> None:
    """The most ink that a page can have: an answer or an error, in bounded time."""
    noise = np.random.default_rng(1).integers(0, 2, (1_000, 1_500), np.uint8) * 255
    reply = abused.ask("read", file_of(Image.fromarray(noise).convert("1")))
    assert reply.event == "complete" or "time" in reply.data["error"]


# ---- Nonsense ---------------------------------------------------------------

@pytest.mark.parametrize("given", [
    5, "seven", [], {}, True, None, [[["a"]]], {"path": 5}, {"path": ["a"]}, {"url": "data:,"},
    {"url": "data:image/png;base64,????"}, {"path": None, "url": None}, {"value": 1e308}],
    ids=json.dumps)
def test_wrong_types(abused: App, given: object) -> None:
    for endpoint in ("predict", "read"):
        assert abused.call(endpoint, given).event == "error"


@pytest.mark.parametrize("data", [[], [1, 2], [None] * 50])
def test_wrong_numbers_of_arguments(abused: App, data: list) -> None:
    assert abused.call("predict", *data).event in ("error", "refused 400", "refused 422")


@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b'{"data": 5}', b"\xff\xfe", b"[" * 20_000, b'{"data":' * 5_000,
    b'{"data": [NaN]}'], ids=lambda body: body[:8].decode("latin1"))
def test_broken_json(abused: App, body: bytes) -> None:
    for where in ("call/predict", "queue/join", "run/predict", "component_server"):
        reply = abused.http.post(f"{API}/{where}", content=body,
                                 headers={"content-type": "application/json"})
        if reply.status_code == 200:  # taken for a call with a wrong argument
            assert abused.wait("predict", reply.json()["event_id"]).event == "error"
        assert reply.status_code in (200, 400, 404, 422, 500) and "File \"" not in reply.text


def test_unknown_endpoints(abused: App) -> None:
    for name in ("shutdown", "__class__", "../predict", "read%00"):
        assert abused.http.post(f"{API}/call/{name}", json={"data": []}).status_code >= 400
    assert abused.http.delete("/").status_code == 405


def test_past_the_queue(abused: App) -> None:
    """The queue's bound holds for who calls without it."""
    picture = {"path": abused.upload(file_of(seven()))}
    for way in ("run", "api"):
        assert abused.http.post(f"{API}/{way}/predict", json={"data": [picture]}
                                ).status_code == 404


# ---- The page's own ways in -------------------------------------------------

def pad(abused: App) -> int:
    components = abused.http.get("/config").json()["components"]
    return next(one["id"] for one in components if one["props"].get("elem_id") == "pad")


def drawing(content: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(content).decode()


def test_a_drawing(abused: App) -> None:
    """What the tests below would spoil."""
    picture = seven().resize((280, 280))
    assert abused.call("watch_drawing", drawing(file_of(picture))).data[0]["label"] == "7"


@pytest.mark.parametrize("given", [
    str(PICTURE), "/etc/passwd", f"file://{PICTURE}", "data:,", "data:image/png;base64,====", "",
    5, [], {}, {"path": str(PICTURE)}, drawing(b"none"), drawing(file_of(seven())),
    drawing(png(30_000, 30_000, zlib.compress(bytes(1_000)))),
    drawing(png(280, 280, zlib.compress(bytes(1_000))))],
    ids=lambda given: str(given)[:24])
def test_no_drawing(abused: App, given: object) -> None:
    assert abused.call("watch_drawing", given).event == "error"
    assert abused.call("keep_drawing", given, "7").event == "error"
    assert not abused.corrections.exists()


@pytest.mark.parametrize("digit", ["10", "-1", "../7", "x", 7, None, [], {"a": 1}], ids=str)
def test_no_right_answer(abused: App, digit: object) -> None:
    picture = drawing(file_of(seven().resize((280, 280))))
    assert abused.call("keep_drawing", picture, digit).event == "error"
    assert not abused.corrections.exists()


@pytest.mark.parametrize("name", ["__init__", "preprocess", "get_config", "accept_blobs", "input"])
def test_functions_of_components(abused: App, name: str) -> None:
    form = {"component_id": str(pad(abused)), "fn_name": name, "session_hash": "s", "data": "{}"}
    for way in ({"json": form}, {"files": {key: (None, value) for key, value in form.items()}}):
        assert abused.http.post(f"{API}/component_server", **way).status_code in (404, 422, 500)


def test_a_zip_that_climbs(abused: App) -> None:
    """Its pictures are samples like others: nothing is unpacked."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("../../../7/a.png", "/7/b.png", "..\\7\\c.png", "x/1/../../1/d.png"):
            archive.writestr(name, file_of(seven()))
    given = [{"path": abused.upload(file.getvalue(), "data.zip"), **META}]
    reply = abused.call("train", given, "Tutorials' network (fast)", 1)
    assert reply.event == "complete", reply


@pytest.mark.parametrize("given", [
    None, [], [{"path": "/etc/passwd", **META}], [{"path": str(PICTURE)}], "x", 5])
def test_nothing_to_train_on(abused: App, given: object) -> None:
    reply = abused.call("train", given, "Tutorials' network (fast)", 1)
    assert reply.event == "error" and "root:" not in str(reply.data)


def test_a_wrong_choice(abused: App) -> None:
    uploaded = {"path": abused.upload(file_of(seven())), **META}
    assert abused.call("read_picture", uploaded, "__class__").event != "complete"


# ---- Starting and ending ----------------------------------------------------

def test_wrong_command_lines(tmp_path: Path) -> None:
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"no model")
    for arguments, status, word in ((["--model", "missing"], 1, "missing"),
                                    (["--model", str(broken)], 1, "broken"),
                                    (["--port", "x"], 2, "--port"),
                                    (["--port", "99999"], 2, "--port")):
        ended = subprocess.run([sys.executable, str(WEB / "app.py"), *arguments], cwd=tmp_path,
                               capture_output=True, text=True, timeout=60, check=False)
        assert ended.returncode == status and word in ended.stderr, ended
        assert "Traceback" not in ended.stderr


def test_a_port_that_is_taken(abused: App, tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, str(WEB / "app.py"), "--port", str(abused.port)],
                           cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1 and str(abused.port) in ended.stderr
    assert "Traceback" not in ended.stderr


def test_it_leaves_nothing(tmp_path: Path) -> None:
    app = start(tmp_path)
    app.ask("predict", file_of(seven()))
    app.process.terminate()
    assert app.process.wait(20) == 0
    assert files_in(tmp_path) == {str(tmp_path / "log")}, "of uploads, or in the folder"
    assert not list((SOURCE / "examples" / "web").glob("*.pyi"))
