"""The embedded queue: messages appear whole, in order, and many writers and readers lose and double none."""

import multiprocessing

from kombu import Connection

import config.filequeue  # noqa: F401

#: Programs of their own, as in life: kombu remembers in its process which queues are bound, whatever the folder.
processes = multiprocessing.get_context("spawn")


def _connect(folder):
    options = {"data_folder_in": folder, "data_folder_out": folder, "control_folder": f"{folder}/control"}
    return Connection("embedded://", transport_options=options)


def _write(folder, start):
    with _connect(folder) as connection:
        queue = connection.SimpleQueue("work")
        for number in range(start, start + 100):
            queue.put({"n": number})
        queue.close()


def _read(folder, written, results):
    """Read until the queue is empty after the last message was written, however slow the machine is."""
    seen = []
    with _connect(folder) as connection:
        queue = connection.SimpleQueue("work")
        while True:
            all_written = written.is_set()
            try:
                message = queue.get(timeout=0.2)
            except queue.Empty:
                if all_written:
                    break
                continue
            seen.append(message.payload["n"])
            message.ack()
    results.put(seen)


def test_two_writers_and_two_readers_at_once(tmp_path):
    folder, results, written = str(tmp_path), processes.Queue(), processes.Event()
    writers = [processes.Process(target=_write, args=(folder, start)) for start in (0, 1000)]
    readers = [processes.Process(target=_read, args=(folder, written, results)) for _ in range(2)]
    for process in writers + readers:
        process.start()
    for process in writers:
        process.join()
    written.set()
    seen = [*results.get(), *results.get()]
    for process in readers:
        process.join()
    assert sorted(seen) == [*range(100), *range(1000, 1100)]


def _bind(folder, name):
    with _connect(folder) as connection:
        channel = connection.channel()
        for number in range(20):
            channel._queue_bind("shared", f"{name}{number}", "", f"{name}{number}")


def test_queues_bound_at_the_same_time_are_all_bound(tmp_path):
    folder = str(tmp_path)
    binders = [processes.Process(target=_bind, args=(folder, name)) for name in ("a", "b")]
    for process in binders:
        process.start()
    for process in binders:
        process.join()
    assert [process.exitcode for process in binders] == [0, 0]
    with _connect(folder) as connection:
        bound = {entry.queue for entry in connection.channel().get_table("shared")}
    assert bound == {f"{name}{number}" for name in ("a", "b") for number in range(20)}


def test_a_half_written_message_is_not_taken(tmp_path):
    (tmp_path / "1_x.half.msg.part").write_bytes(b"")
    with _connect(str(tmp_path)) as connection:
        queue = connection.SimpleQueue("half")
        queue.put({"n": 1})
        assert queue.get(timeout=1).payload == {"n": 1}
    assert (tmp_path / "1_x.half.msg.part").exists()
