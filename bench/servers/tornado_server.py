"""Tornado as its first example shows it, access log off; JSON written compactly so that all answers are equal."""

import json
import logging
import signal
import sys

import tornado.ioloop
import tornado.web


class Hello(tornado.web.RequestHandler):
    def get(self):
        self.write("Hello, world")


class User(tornado.web.RequestHandler):
    def get(self, user, post):
        self.write("user %s post %s" % (user, post))


class Json(tornado.web.RequestHandler):
    def get(self):
        self.set_header("Content-Type", "application/json")
        self.write(json.dumps({"message": "Hello, world", "at": 1}, separators=(",", ":")))


class Echo(tornado.web.RequestHandler):
    def post(self):
        self.write(self.request.body)


logging.getLogger("tornado.access").disabled = True
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
signal.signal(signal.SIGUSR2, lambda *_: __import__("gc").collect())
app = tornado.web.Application(
    [(r"/", Hello), (r"/users/([^/]+)/posts/([^/]+)", User), (r"/json", Json), (r"/echo", Echo)],
    log_function=lambda handler: None,
)
app.listen(int(sys.argv[1]), address="127.0.0.1", backlog=511)
tornado.ioloop.IOLoop.current().start()
