"""The two five-stage journeys one can begin with. Content in two languages, not interface."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StarterStage:
    """A stage with example touchpoints as (name, place)."""

    name: str
    touchpoints: tuple[tuple[str, str], ...]


Starter = tuple[StarterStage, ...]

_RECOGNITION_EN: Starter = (
    StarterStage("Recognition", (("Advertisement", "other"), ("Search result", "site"))),
    StarterStage(
        "Consideration",
        (("Product page", "site"), ("Comparison of offers", "site"), ("Advice by phone", "phone")),
    ),
    StarterStage(
        "Purchase decision",
        (("Cart", "site"), ("Payment", "site"), ("Order confirmation", "email")),
    ),
    StarterStage(
        "Retention",
        (("Delivery", "other"), ("First use", "app"), ("Customer service", "phone")),
    ),
    StarterStage("Recommendation", (("Referral", "email"), ("Loyalty programme", "app"))),
)
_RECOGNITION_FR: Starter = (
    StarterStage("Reconnaissance", (("Publicité", "other"), ("Résultat de recherche", "site"))),
    StarterStage(
        "Considération",
        (
            ("Fiche produit", "site"),
            ("Comparaison des offres", "site"),
            ("Conseil par téléphone", "phone"),
        ),
    ),
    StarterStage(
        "Décision d’achat",
        (("Panier", "site"), ("Paiement", "site"), ("Confirmation de commande", "email")),
    ),
    StarterStage(
        "Fidélisation",
        (("Livraison", "other"), ("Première utilisation", "app"), ("Service client", "phone")),
    ),
    StarterStage("Recommandation", (("Parrainage", "email"), ("Programme de fidélité", "app"))),
)
_CONTACT_EN: Starter = (
    StarterStage("Contact", (("Contact form", "site"), ("First call", "phone"))),
    StarterStage(
        "Qualification", (("Needs interview", "phone"), ("Product demonstration", "site"))
    ),
    StarterStage(
        "Prospecting", (("Quote", "email"), ("Visit of an adviser", "shop"), ("Trial", "app"))
    ),
    StarterStage(
        "Purchase", (("Negotiation", "phone"), ("Signature", "site"), ("Invoice", "email"))
    ),
    StarterStage(
        "After-sales", (("Setting up", "app"), ("Support request", "phone"), ("Renewal", "email"))
    ),
)
_CONTACT_FR: Starter = (
    StarterStage("Contact", (("Formulaire de contact", "site"), ("Premier appel", "phone"))),
    StarterStage(
        "Qualification", (("Entretien de découverte", "phone"), ("Démonstration", "site"))
    ),
    StarterStage(
        "Prospection", (("Devis", "email"), ("Visite d’un conseiller", "shop"), ("Essai", "app"))
    ),
    StarterStage("Achat", (("Négociation", "phone"), ("Signature", "site"), ("Facture", "email"))),
    StarterStage(
        "Après-vente",
        (
            ("Mise en service", "app"),
            ("Demande d’assistance", "phone"),
            ("Renouvellement", "email"),
        ),
    ),
)

STARTERS: dict[str, dict[str, Starter]] = {
    "recognition": {"en": _RECOGNITION_EN, "fr": _RECOGNITION_FR},
    "contact": {"en": _CONTACT_EN, "fr": _CONTACT_FR},
    "empty": {"en": (), "fr": ()},
}


def starter(key: str, language: str) -> Starter:
    """The stages of a starter in this language, in English when it has none."""
    in_languages = STARTERS[key]
    return in_languages.get(language, in_languages["en"])
