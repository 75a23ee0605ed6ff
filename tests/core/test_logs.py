"""One JSON object a line, with the request's or the job's id."""

import json
import logging

from core.jobs import services as jobs
from core.logs import JsonFormatter, current_id, log_context


def formatted(message, **context):
    record = logging.LogRecord("county", logging.WARNING, __file__, 1, message, (), None)
    with log_context(**context):
        return json.loads(JsonFormatter().format(record))


def test_a_line_names_what_it_belongs_to():
    line = formatted("磁盘已满", request_id="abc", job_id="7")
    assert (line["message"], line["request_id"], line["job_id"], line["level"]) == ("磁盘已满", "abc", "7", "WARNING")
    assert "\n" not in JsonFormatter().format(logging.LogRecord("a", 20, "", 1, "two\nlines", (), None))
    assert current_id("request_id") == ""


def test_a_request_has_an_id_and_its_job_knows_it(client, db, settings, monkeypatch):
    settings.TRUSTED_PROXIES = 1
    answer = client.get("/login/", headers={"X-Request-ID": "0123456789abcdef"})
    assert answer["X-Request-ID"] == "0123456789abcdef"
    assert client.get("/login/", headers={"X-Request-ID": "odd id\u00b2"})["X-Request-ID"].isalnum()
    sent = {}
    monkeypatch.setattr(jobs.current_app, "send_task", lambda name, args, headers: sent.update(headers))
    with log_context(request_id="abc"):
        jobs.wake("1")
    assert sent == {"request_id": "abc"}


def test_a_log_keeps_no_search(client, db, caplog):
    caplog.set_level("INFO", "core.pages.middleware")
    client.get("/login/?next=/residents/%3Fq=411325197005010017")
    assert caplog.records and "411325197005010017" not in caplog.text
