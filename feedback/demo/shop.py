"""The demo's journey, as data: a coffee roaster who sells online, in two shops and by mail."""

from dataclasses import dataclass

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
    shape. rate: answers per display. drop, rise: how far the tilt falls in the last months, and
    rose after an action before. weight: how much it counts for recommending the shop.
    yearly: how often a regular customer answers there in a year. variant: how much better the
    second of two versions is.
    """

    key: str
    name: str
    metric: str
    monthly: int
    lean: float = 0.0
    place: str = "site"
    channels: tuple[tuple[str, float], ...] = WIDGET
    rate: float = 0.12
    drop: float = 0.0
    rise: float = 0.0
    weight: float = 0.0
    yearly: float = 0.0
    variant: float = 0.0
    owner: str = ""
    target: float | None = None
    reworded: bool = False
    is_overall: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A stage of the journey."""

    name: str
    headline: str
    target: float | None
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Deed:
    """Something the shop did: at a touchpoint, or none; so many months before the running one."""

    point: str
    kind: str
    title: str
    details: str
    age: int
    day: int = 1
    by: str = ""
    sentences: tuple[str, str] | None = None


STAGES = (
    Part(
        "Recognition",
        "csat_5",
        75.0,
        (
            Point("search-ad", "Search advertisement", "csat_5", 480, lean=0.1, yearly=0.3,
                  owner="Ines"),
            Point("landing", "Landing page", "csat_5", 900, lean=0.5, weight=0.06, yearly=1.1,
                  owner="Ines", target=80.0),
            Point("newsletter", "Newsletter", "csat_5", 0, place="email", channels=MAIL,
                  owner="Ines"),
        ),
    ),
    Part(
        "Consideration",
        "ces_ease_7",
        70.0,
        (
            Point("compare", "Comparing coffees", "ces_ease_7", 640, lean=0.2, weight=0.25,
                  yearly=1.1, owner="Marc", target=75.0),
            Point("advice", "Advice by chat", "csat_5", 9, lean=0.5, weight=0.03, owner="Marc"),
            Point("shop-visit", "Shop visit", "csat_5", 130, lean=0.6, place="shop", weight=0.02,
                  channels=(("qr", 1.0),), rate=0.04, owner="Paul", target=85.0),
        ),
    ),
    Part(
        "Purchase decision",
        "csat_5",
        80.0,
        (
            Point("cart", "Cart", "ces_ease_7", 820, lean=0.42, weight=0.12, yearly=1.1,
                  variant=0.3, owner="Lena", target=75.0),
            Point("payment", "Payment", "csat_5", 930, lean=0.3, drop=0.46, weight=0.34,
                  yearly=1.1, owner="Lena", target=80.0),
            Point("confirmation", "Order confirmation", "csat_5", 780, lean=0.75, weight=0.05,
                  yearly=1.1, channels=(("email", 0.6), ("widget", 0.4)), owner="Lena",
                  target=80.0),
        ),
    ),
    Part(
        "Retention",
        "csat_5",
        80.0,
        (
            Point("delivery", "Delivery", "csat_5", 720, lean=0.32, rise=0.3, weight=0.31,
                  yearly=1.1, place="email", channels=MAIL, rate=0.2, owner="Tom", target=80.0),
            Point("service", "Customer service", "ces_ease_7", 240, lean=0.22, place="phone",
                  weight=0.18, yearly=0.6, channels=MAIL, rate=0.24, owner="Tom", target=75.0,
                  reworded=True),
            Point("returns", "Returns", "ces_ease_7", 38, lean=-0.12, weight=0.06, channels=MAIL,
                  rate=0.15, owner="Tom", target=65.0),
        ),
    ),
    Part(
        "Recommendation",
        "nps",
        45.0,
        (
            Point("one-month", "One month later", "nps", 560, lean=0.85, place="email", yearly=1.1,
                  channels=MAIL, rate=0.16, owner="Ines", target=45.0, is_overall=True),
            Point("referral", "Inviting a friend", "nps", 0, rate=0.0),
        ),
    ),
)  # fmt: skip

# In months before the running one: when Payment fell, when Delivery rose, since when the page
# asks what counted most, and since when two carts are tried side by side.
DROPPED, ROSE, ASKED_WHAT_COUNTED, TRIED = 2, 8, 13, 3

DEEDS = (
    Deed("delivery", "action", "A message an hour before each delivery",
         "The carrier's system tells ours when the parcel is on the van. Customers choose between "
         "a text message and an e-mail.", ROSE, by="Tom",
         sentences=("You said parcels came unannounced. A message now tells you an hour before.",
                    "Vous receviez vos colis sans être prévenus. Un message vous avertit "
                    "désormais une heure avant.")),
    Deed("cart", "action", "Two carts side by side",
         "Half of the visitors see the order form on one page (variant B).", TRIED, day=4,
         by="Lena"),
    Deed("payment", "note", "Changed to another payment provider",
         "Lower fees. Cards are checked by a page of the provider.", DROPPED, by="Lena"),
    Deed("", "note", "Prices raised by 6 %", "All coffees.", 11, day=15),
)  # fmt: skip

POINTS = tuple(point for part in STAGES for point in part.points)
NUMBER = {point.key: number for number, point in enumerate(POINTS)}

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
