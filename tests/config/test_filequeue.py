"""The embedded queue: messages appear whole, in order, and many writers and readers lose and double none."""

import multiprocessing

from kombu import Connection

import config.filequeue  # noqa: F401


def _connect(folder):
    options = {"data_folder_in": folder, "data_folder_out": folder, "control_folder": f"{folder}/control"}
    return Connection("embedded://", transport_options=options)


def _write(folder, start):
    with _connect(folder) as connection:
        queue = connection.SimpleQueue("work")
        for number in range(start, start + 100):
            queue.put({"n": number})
        queue.close()


def _read(folder, results):
    seen = []
    with _connect(folder) as connection:
        queue = connection.SimpleQueue("work")
        try:
            while len(seen) < 200:
                message = queue.get(timeout=2)
                seen.append(message.payload["n"])
                message.ack()
        except queue.Empty:
            pass
    results.put(seen)


def test_two_writers_and_two_readers_at_once(tmp_path):
    folder, results = str(tmp_path), multiprocessing.Queue()
    writers = [multiprocessing.Process(target=_write, args=(folder, start)) for start in (0, 1000)]
    readers = [multiprocessing.Process(target=_read, args=(folder, results)) for _ in range(2)]
    for process in writers + readers:
        process.start()
    seen = [*results.get(timeout=60), *results.get(timeout=60)]
    for process in writers + readers:
        process.join()
    assert sorted(seen) == [*range(100), *range(1000, 1100)]


def test_a_half_written_message_is_not_taken(tmp_path):
    (tmp_path / "1_x.work.msg.part").write_bytes(b"")
    with _connect(str(tmp_path)) as connection:
        queue = connection.SimpleQueue("work")
        queue.put({"n": 1})
        assert queue.get(timeout=1).payload == {"n": 1}
    assert (tmp_path / "1_x.work.msg.part").exists()
