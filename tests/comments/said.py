"""A few hundred comments as customers write them, always the same, French, English and neither."""

import random

FRENCH = """
Trop d'attente à la caisse, j'ai failli partir.
Temps d'attente interminable au comptoir.
L'attente était raisonnable et le personnel aimable.
La livraison est arrivée avec deux jours de retard.
Les livraisons sont toujours en retard, c'est pénible.
Livreur très sympathique, colis en bon état.
Remboursement refusé sans explication.
J'attends mon remboursement depuis le 12 octobre.
Toujours pas remboursée après trois semaines !
On m'a remboursé rapidement, merci.
Le site plante au moment du paiement.
Paiement refusé alors que ma carte fonctionne.
J'ai payé deux fois la même commande.
Caissière désagréable, aucun bonjour.
Les caisses automatiques ne marchent jamais.
Rendez-vous annulé la veille, sans prévenir.
Prise de rendez-vous simple et rapide.
D'accord pour attendre, mais pas une heure.
Qualité décevante, je suis déçue.
Très bonne qualité, je recommande.
Produit de qualité, déçu par l'emballage.
Impossible de joindre le service client par téléphone.
Le numéro de téléphone ne répond pas.
Réponse par e-mail à sav@boutique.example au bout de 10 jours.
Aujourd'hui encore, rayon vide.
Été 2026 : même problème qu'en hiver.
Cœur de ville bien desservi, parking complet.
PRIX TROP ÉLEVÉS !!!
Prix élevé mais justifié.
C’est cher pour ce que c’est 😡
Parfait 👍 rien à redire.
Le café est froid et le thé aussi.
Accueil chaleureux, vendeuse à l'écoute.
Aucune écoute, vendeur pressé.
Problème réglé en 5 minutes.
Le coupon -20% ne passe pas.
Emballage abîmé, contenu intact.
arrivee du colis tres tardive
J’ai été très bien reçue.
Trop long, trop cher, trop loin.
"""
ENGLISH = """
Waited twenty minutes at the till, only one open.
Waiting times are getting worse every week.
The wait was short and the staff friendly.
Delivery was late again, third time this month.
Deliveries never arrive when promised.
Driver was polite and the parcel was intact.
Refund refused without any explanation.
I'm still waiting for my refund since 12 October.
They refunded me within a day, thank you!
Refunding took ages.
The website crashes at checkout.
Checkout was quick and easy.
Self-checkout machines don't work half the time.
I can't log in with my e-mail address.
My card was charged twice for one order.
The cashier was rude to my mother.
Great quality, would recommend.
Poor quality for the price.
Prices are too high 😡
Perfect 👍 nothing to add.
Nobody answers the phone.
Emailed help@shop.example and got a reply in 10 minutes.
Couldn't find a place in the car park.
The shop's entrance is hard to find.
Not bad, but not great either.
Staff weren't helpful at all.
Coffee was cold, tea as well.
Appointment cancelled the day before.
Packaging damaged, contents fine.
Naïve design, but it works.
The queue at the till was too long.
Long queues, too long.
Orders arrive early, well done.
Asked to be called back, nobody called.
Voucher SAVE20 rejected.
It's fine.
Out of stock again and again.
The café upstairs is lovely.
Happy with the service, happier with the price.
Would not order again
"""
OTHERS = """
บริการดีมาก
บริการช้าและแพง
服务很好,下次再来
Очень долго ждали доставку
Sehr lange Wartezeit, Straße gesperrt
İyi hizmet
👍👍
???
ok
Très bien, very good
"""


def comments(most: int = 400) -> list[tuple[str, str]]:
    """(text, language): each sentence on its own, then two or three together."""
    by_language = {"fr": _lines(FRENCH), "en": _lines(ENGLISH), "": _lines(OTHERS)}
    made = [(line, language) for language, lines in by_language.items() for line in lines]
    made += [(line, "") for line in by_language["fr"][::3] + by_language["en"][::3]]
    chance = random.Random(16)
    while len(made) < most:
        language = chance.choice(("fr", "fr", "en", "en", ""))
        lines = by_language[language or chance.choice(("fr", "en"))]
        made.append((" ".join(chance.sample(lines, chance.randint(2, 3))), language))
    return made


def _lines(text: str) -> list[str]:
    return text.strip().splitlines()
