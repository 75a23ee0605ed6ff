"""python tests/browser/old_kernel.py: the boxes of pages as Chromium 69 draws them (the age of 360, QQ and WeChat).

Reads JSON on stdin: {"address", "cookie", "width", "paths", "script"}; writes path → what the script returns.
A process of its own, because Qt and Playwright both want the main thread.
"""

import json
import os
import sys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")
os.environ.setdefault("QTWEBENGINE_CHROMIUM_FLAGS", "--no-sandbox --disable-gpu")

from PyQt5.QtCore import QTimer, QUrl
from PyQt5.QtNetwork import QNetworkCookie
from PyQt5.QtWebEngineWidgets import QWebEngineProfile, QWebEngineSettings, QWebEngineView
from PyQt5.QtWidgets import QApplication

#: Milliseconds until the whole is given up; a busy machine is no reason to.
PATIENCE = 600_000


class Visit:
    """Goes to one page after the other and asks each for its boxes."""

    def __init__(self, asked):
        self.asked, self.waiting, self.found = asked, list(asked["paths"]), {}
        self.view = QWebEngineView()
        self.view.resize(asked["width"], 900)
        # As on a phone, and as today's browser is asked: a scroll bar takes no room.
        self.view.settings().setAttribute(QWebEngineSettings.ShowScrollBars, False)
        store = QWebEngineProfile.defaultProfile().cookieStore()
        for name, value in asked["cookie"].items():
            store.setCookie(QNetworkCookie(name.encode(), value.encode()), QUrl(asked["address"]))
        self.view.loadFinished.connect(lambda _: QTimer.singleShot(300, self.ask))
        self.view.show()

    def go(self):
        if not self.waiting:
            QApplication.quit()
            return
        self.path = self.waiting.pop(0)
        self.view.load(QUrl(self.asked["address"] + self.path))

    def ask(self):
        self.view.page().runJavaScript(self.asked["script"], self.keep)

    def keep(self, answer):
        self.found[self.path] = answer
        self.go()


def main():
    app = QApplication(sys.argv[:1])
    visit = Visit(json.load(sys.stdin))
    visit.found["kernel"] = QWebEngineProfile.defaultProfile().httpUserAgent()
    QTimer.singleShot(0, visit.go)
    QTimer.singleShot(PATIENCE, app.quit)
    app.exec_()
    json.dump(visit.found, sys.stdout)
    sys.stdout.flush()
    os._exit(0)  # the engine's own processes are slow to leave


if __name__ == "__main__":
    main()
