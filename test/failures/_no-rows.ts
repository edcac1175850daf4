/** What has no row in the table of failing functions, and why. */

/** Interfaces and function types that the package implements itself: no program hands one in. */
export const INTERNAL: ReadonlySet<string> = new Set([
  // Between the layers of a connection.
  "ResponseSink",
  "ConnectionContext",
  "ExchangeOwner",
  "IntakeConnection",
  "HTTPConnection",
  "Exchange",
  "RequestFacts",
  "ResponseStream",
  "HandlerHost",
  "RunHost",
  "HeaderSource",
  "HeaderReader",
  "InMemorySink",
  "ServerConnection",
  "UpgradedConnection",
  "StreamConsumer",
  "MemoryPeer",
  "MemoryOwner",
  "MemorySink",
  "RelayPort",
  "Shape",
  "QueuedWrite",
  "TransportHandler",
  "Transport",
  "Listener",
  "Preface",
  "RuntimeListenOptions",
  "Runtime",
  "OnRead",
  "Timed",
  "BunSocket",
  "BunSocketHandlers",
  "BunTcpListener",
  "BunGlobal",
  "HttpParser",
  "CopyableBytes",
  "Failed",
  "FrameSink",
  "OutboxSink",
  "Transformed",
  "MultipartSink",
  "ParserMemory",
  "PartSource",
  "PushIteratorOptions",
  "StartLineResult",
  "WebSocketEvents",
  "OptionRule",
  // Between the modules of src/async/.
  "UnseenHandler",
  "FutureInternals",
  "OnLimit",
  "DialEvents",
  "RaceEvents",
  "Surrounding",
  // Between the parts of the HTTP client.
  "AsyncHTTPClientClass",
  "PhaseListener",
  "ResponseConsumer",
  "ContentSink",
  "Deliver",
  "Job",
  "ExchangeEvents",
  "JobEvents",
  "Payload",

  // Between the parts of options, and of a child process.
  "OptionTable",
  "TypeRule",
  "Communicating",
  // Made by the package for programs to call.
  "Releaser",
  "ConvertYielded",
  "FetchHandler",
  "NodeListener",
  "ConnectMiddleware",
  "InjectedAnswer",
  "TestServer",
  "BoundPort",
  "Subscription",
  "Receive",
  "ReversibleRouter",
  // Hooks of StaticFileHandler, whose own tests have them fail.
  "StaticHooks",
  "PluralRule",
  "Precompiled",
  "TemplateSource",
  "TemplateFunction",
  // Clients of brokers, and what stands between them and the driver, whose own tests have them fail.
  "Broker",
  "BrokerEvents",
  "BrokerLink",
  "NatsConnection",
  "NatsSubscription",
  "NatsCallback",
  "RedisClient",
  "Client",
  "Dialect",
  "SharedCompressor",
]);

const members = (owner: string, names: string): readonly string[] => names.split(" ").map((name) => `${owner}.${name}`);

/** Functions that only the program calls, or whose failure is that of the call that led to it, which has a row. */
export const CALLS: readonly string[] = [
  // The program calls them, from functions that have rows.
  ...members("RequestHandler", "pathKwargs createSignedValue setSignedCookie getSignedCookie getSignedCookieBytes"),
  ...members(
    "RequestHandler",
    "getSignedCookieKeyVersion xsrfToken xsrfFormHtml staticUrl includeHost render renderString",
  ),
  ...members(
    "RequestHandler",
    "redirect currentUser locale reverseUrl settings requireSetting getArgument getArguments",
  ),
  ...members(
    "RequestHandler",
    "getQueryArgument getQueryArguments getBodyArgument getBodyArguments getCookie bodyStream",
  ),
  ...members(
    "RequestHandler",
    "parts cookies setDownloadName getStatus addHeader clearHeader getHeader setCookie clearCookie detach",
  ),
  ...members("RequestHandler", "clearAllCookies setEtagHeader checkEtagHeader headersWritten finished"),
  // Values that the package reads, in the calls of methods that have rows.
  ...members("RequestHandler", "application request pathArgs autoFinish"),
  // Called where `sendError` calls `setStatus`, which has a row.
  ...members("RequestHandler", "setHeader reasonText"),
  ...members(
    "WebSocketHandler",
    "get head isOpen selectedSubprotocol closeCode closeReason writeMessage writePrepared",
  ),
  ...members("WebSocketHandler", "allowedMethods ping close abort setNodelay"),
  // Has no caller but the package, and what it does by itself is the row of `RequestHandler.logException`.
  "WebSocketHandler.onError",
  ...members("EventSourceHandler", "get lastEventId isOpen send sendPrepared comment close finish"),
  // As that of a WebSocket.
  "EventSourceHandler.onShutdown",
  ...members("UIModule", "currentUser locale renderString"),
  "Router.startRequest",
  "Matcher.reverse",
  // Classes whose constructors are called: see `RequestHandler.constructor`.
  "HandlerClass",
  "UIModuleClass",
  // The same functions under other names.
  ...members("MethodFunctions", "GET HEAD POST PUT PATCH DELETE OPTIONS"),
  "KnownSettings.logFunction",
  "RequestRouter.findHandler",
  "Tagging.computeEtag",
  "StreamCallback",
  // Called within `headersReceived` of a delegate.
  "Routed.handles",
  // Its promise is that of `runInExecutor`; the default one is the package's own.
  "Executor.shutdown",
  // What these throw is thrown into the generator, or to the contexts around: test/async/gen.test.ts, stack-context.test.ts.
  "YieldedTest",
  ...members("ContextManager", "enter exit"),
  // Its promise is that of `connect`.
  "Resolver.resolve",
  "AllowAddress",
  // Only the program closes a resolver.
  "Resolver.close",
  // Its failure has a test of its own, in netutil.test.ts.
  "AcceptHandler",
  // What these throw is the result of their request, or a record of the log: test/httpclient/program-functions.test.ts.
  "FetchCallback",
  "Middleware",
  ...members("CookieJarLike", "getCookieString setCookie"),
  ...members("HTTPRequestInit", "bodyProducer streamingCallback headerCallback informationCallback"),
  // What these throw is thrown to the program that parses or sets options: test/options.
  "OptionSpec.callback",
  "CustomType",
  // What its constructor throws is thrown to the program that calls `create`.
  "ConfigurableClass",
  // What the two throw is thrown to the program that makes or closes the PubSub.
  ...members("PubSubDriver", "start close"),
];
