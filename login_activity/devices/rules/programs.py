"""Programs: bots, and clients of the API. What user-agents (is_bot) recognises by itself is not repeated here."""

from login_activity.devices.kinds import DeviceKind

from .rule import BORROWED, Rule, RuleTable

# HTTP libraries, tools and services: those that name no version, or a system or an address besides, and so would
# pass for something else. "Name/1.0" alone is a client of the API by itself.
LIBRARIES = (
    r"^(?:aws-|apache-|amazon-?sdk|google-(?:api|http)|github-hook|python-|java-|node-)"
    r"|^(?:curl|wget|libcurl|python|pip|java|okhttp|node|undici|axios|got|go-http|postman|insomnia|httpie|ruby"
    r"|faraday|guzzle|php|symfony|libwww|lwp|dart|restsharp|reqwest|hyper|boto3?|amplify|k6|git|perl|winhttp|deno"
    r"|bun|azure|rest-client|typhoeus|unirest|hackney|httpclient|grpc|aiohttp|httpx|superagent|jersey|reactornetty"
    r"|feign|ktor|spring|alamofire|swift|libsoup|microsoft bits|terraform|opentofu|docker|npm|esp32"
    r"|claude-code|n8n|zapier|make|integromat|ifttt|pipedream|workato|boomi|mulesoft|logicapps|power ?automate"
    r"|microsoft ?flow|airtable|salesforce|retool|stripe|paypal|adyen|twilio|sendgrid|mailgun|postmark|svix|gitlab"
    r"|bitbucket)(?:[^a-z]|$|http|runtime|client)"
    r"|PowerShell/\d|\bweb-?hooks?\b|\bhook(?:s|shot)\b|[- ]hook\b|http ?client(?:/[\d.]+)?$|logic ?apps?/|\bktor\b"
)
# "Cubot" and "iRobot" are makers.
ROBOTS = (
    r"(?:^|[^uo]|[^r]o|(?:^|[^i])ro)bots?(?:[^a-z]|$)|spider|scrap(?:y|er)|fetcher|archive-it|external(?:agent|ads|hit|ua|fetcher)"
    r"|harvest|extractor"
    # browsers that a program drives
    r"|headless|phantomjs|slimerjs|casperjs|htmlunit|jsdom/|splash/|playwright|puppeteer|selenium|webdriver|cypress"
    r"|testcafe|lighthouse|page ?speed|\bPTST/|gtmetrix|catchpoint|functionize|ghost inspector"
    r"|browser-?use\b|browserbase|skyvern|nova ?act\b|\bmariner\b|agentql"
    # those who watch whether a site is up, and those who look for holes in it
    r"|uptime|uptrends|site24x7|newrelic|datadog|dynatrace|thousandeyes|monitor(?:ing)?\b|observatory|synthetic"
    r"|health-?check|kube-probe|googlehc|prometheus/|blackbox|zabbix|nagios|check_http|node ?ping|stackdriver"
    r"|validator|verif(?:y|ier|ication)|W3C_|checker|\bcheck\b|\bprobe\b|\bnmap\b|nikto|sqlmap|zgrab|nuclei|censys"
    r"|expanse|netcraft|wappalyzer|\w?scan(?:ner)?s?\b|inspect(?:ion)?\b|acunetix|audit\b|zmeu|hardenize|siteimprove|freshping|hetrix|updown\.io"
    # previews, proxies, feeds
    r"|image ?proxy|email ?proxy|imgproxy|link ?(?:check|preview|expander|verif)|unfurl|onebox|metadata|iframely"
    r"|ur[il] ?(?:preview|downloader|lookup)|collector|^viber|outbrain|embedly|cardyb"
    r"|\brss\b|feed(?:ly|bin|press|burner|parser| ?reader| ?fetcher)"
    # companies' agents: one that names itself X-User acts for a person who is elsewhere
    r"|-user(?:[/;) ]|$)|\bgoogle(?:other|agent|producer|sites|docs|associationservice)|(?:^|[^a-z])google-[a-z]"
    r"|(?:mediapartners|apis|feedfetcher|duplexweb)-google|gemini-|notebooklm|(?:anthropic|spawning)-ai|\bcohere-|claude-"
    r"|openai-|\bxai-|\boperator/|webzio|img2dataset|-kendra|autorag"
    # no browser is "compatible" behind its engine, or names an engine and no system
    r"|; compatible;|[a-qs-z][- ]agent\b|khtml, ?like gecko; ?[^)]|(?:safari|chrome|firefox)/[\d.]+ \(compatible"
    r"|^mozilla/5\.0 (?:applewebkit|\(compatible\) apple)"
    # where to complain
    r"|https?://|\bwww\.|\w@[\w-]+\.[a-z]{2}|[;(] ?\+[\w.-]+\.[a-z]{2}|\((?:[\w-]+\.)+(?:com|org|net|io|ai|eu|dev)[/)]"
)

PROGRAMS = RuleTable(
    (
        Rule(DeviceKind.WINDOWS_PC, r"^Windows-Update-Agent/"),
        Rule(DeviceKind.API_CLIENT, LIBRARIES),
        Rule(DeviceKind.BOT, ROBOTS, system=BORROWED),
    )
)
