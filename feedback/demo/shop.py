"""The demo's journey, as data: a coffee roaster who sells online, in two shops and by mail."""

from dataclasses import dataclass, field

WORKSPACE = "Harbour Coffee"
JOURNEY = "Buying coffee online"
TIME_ZONE = "Europe/Paris"
EMAIL = "demo@harbour-coffee.example"

WIDGET = (("widget", 0.9), ("page", 0.1))
MAIL = (("email", 0.85), ("page", 0.15))


@dataclass(frozen=True, slots=True)
class Point:
    """A touchpoint and how people answer there.

    monthly: answers in an ordinary month. lean: how the ratings tilt, 0 being the metric's usual
    shape. rate: answers per display. drop: how far the tilt falls in the last months.
    """

    key: str
    name: str
    metric: str
    monthly: int
    lean: float = 0.0
    place: str = "site"
    channels: tuple[tuple[str, float], ...] = WIDGET
    rate: float = 0.12
    winter: float = 0.0
    drift: float = 0.0
    drop: float = 0.0
    owner: str = ""
    target: float | None = None
    question: dict[str, str] = field(default_factory=dict)
    reworded: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A stage of the journey."""

    name: str
    headline: str
    target: float | None
    points: tuple[Point, ...]


STAGES = (
    Part(
        "Recognition",
        "csat_5",
        75.0,
        (
            Point("search-ad", "Search advertisement", "csat_5", 480, lean=-0.12, owner="Ines"),
            Point("landing", "Landing page", "csat_5", 900, lean=0.1, drift=0.15, owner="Ines",
                  target=80.0),
            Point("newsletter", "Newsletter", "csat_5", 0, place="email", channels=MAIL),
        ),
    ),
    Part(
        "Consideration",
        "ces_ease_7",
        70.0,
        (
            Point("compare", "Comparing coffees", "ces_ease_7", 640, lean=-0.05, drift=0.2,
                  owner="Marc"),
            Point("advice", "Advice by chat", "csat_5", 9, lean=0.3, owner="Marc"),
            Point("shop-visit", "Shop visit", "csat_5", 130, lean=0.35, place="shop",
                  channels=(("qr", 1.0),), rate=0.04),
        ),
    ),
    Part(
        "Purchase decision",
        "csat_5",
        85.0,
        (
            Point("cart", "Cart", "ces_ease_7", 820, lean=0.1, owner="Lena"),
            Point("payment", "Payment", "csat_5", 930, lean=0.22, drop=0.42, owner="Lena",
                  target=85.0),
            Point("confirmation", "Order confirmation", "csat_5", 780, lean=0.25,
                  channels=(("email", 0.6), ("widget", 0.4)), owner="Lena"),
        ),
    ),
    Part(
        "Retention",
        "csat_5",
        80.0,
        (
            Point("delivery", "Delivery", "csat_5", 720, lean=0.15, place="email", channels=MAIL,
                  rate=0.2, winter=0.3, owner="Tom", target=85.0),
            Point("service", "Customer service", "ces_ease_7", 240, lean=0.0, place="phone",
                  channels=MAIL, rate=0.24, drift=0.15, owner="Tom", reworded=True),
            Point("returns", "Returns", "ces_ease_7", 38, lean=-0.2, channels=MAIL, rate=0.15,
                  owner="Tom"),
        ),
    ),
    Part(
        "Recommendation",
        "nps",
        45.0,
        (
            Point("one-month", "One month later", "nps", 560, lean=0.17, place="email",
                  channels=MAIL, rate=0.16, drift=0.05, owner="Ines", target=45.0),
            Point("referral", "Inviting a friend", "nps", 0, rate=0.0),
        ),
    ),
)  # fmt: skip

POINTS = tuple(point for part in STAGES for point in part.points)

# The touchpoints the demo shop can be asked at, in the order a visitor meets them.
IN_SHOP = ("landing", "compare", "cart", "payment", "confirmation", "one-month")

QUESTIONS = {
    "landing": ("How well does this page answer what you came for?",
                "Cette page répond-elle à ce que vous cherchez\u202f?"),
    "compare": ("It was easy to find the coffee that suits me.",
                "Il m’a été facile de trouver le café qui me convient."),
    "cart": ("It was easy to put my order together.",
             "Il m’a été facile de composer ma commande."),
    "payment": ("How satisfied are you with paying?",
                "Quelle est votre satisfaction à propos du paiement\u202f?"),
    "confirmation": ("How satisfied are you with your order so far?",
                     "Quelle est votre satisfaction à propos de votre commande\u202f?"),
    "delivery": ("How satisfied are you with the delivery?",
                 "Quelle est votre satisfaction à propos de la livraison\u202f?"),
    "service": ("Our team made it easy to solve my problem.",
                "Notre équipe m’a aidé à résoudre mon problème facilement."),
}  # fmt: skip
OLD_SERVICE_QUESTION = (
    "It was easy to reach our team.",
    "Il m’a été facile de joindre votre équipe.",
)
