"""What customers of the demo say: by touchpoint, feeling and language."""

# key -> (unhappy, in between, happy), each in English and French.
Said = tuple[tuple[str, ...], tuple[str, ...]]

COMMENTS: dict[str, tuple[Said, Said, Said]] = {
    "payment": (
        (
            (
                "My card was refused twice although it works everywhere else.",
                "The page froze after I entered the code from my bank.",
                "I had to enter everything again after an error. Nearly gave up.",
                "The payment page is so slow on my phone that I paid in the shop instead.",
                "Charged twice, then an e-mail saying the order failed.",
            ),
            (
                "Ma carte a été refusée deux fois alors qu’elle fonctionne ailleurs.",
                "La page s’est figée après le code de ma banque.",
                "J’ai dû tout ressaisir après une erreur, j’ai failli abandonner.",
                "Le paiement est très lent sur mon téléphone.",
                "Débitée deux fois, puis un message disant que la commande a échoué.",
            ),
        ),
        (
            ("It worked the second time.", "Fine, but why three screens for one payment?"),
            ("Cela a fonctionné au deuxième essai.", "Correct, mais trop d’étapes."),
        ),
        (
            ("Quick and painless.", "Apple Pay, ten seconds, done.", "Simple and clear."),
            ("Rapide et simple.", "Payé en dix secondes, parfait.", "Clair et sans surprise."),
        ),
    ),
    "delivery": (
        (
            (
                "Arrived four days late and nobody told me.",
                "The parcel was left in the rain.",
                "The driver never rang, I had to fetch it from a depot.",
                "One of the bags was torn open.",
            ),
            (
                "Quatre jours de retard et personne ne m’a prévenu.",
                "Le colis a été laissé sous la pluie.",
                "Le livreur n’a pas sonné, j’ai dû aller au dépôt.",
                "Un des sachets était déchiré.",
            ),
        ),
        (
            ("A day late, otherwise fine.", "Good, but a lot of packaging."),
            ("Un jour de retard, sinon bien.", "Bien, mais beaucoup d’emballage."),
        ),
        (
            (
                "Ordered on Monday, roasted on Tuesday, here on Wednesday.",
                "Lovely to get a message an hour before.",
                "Always on time.",
            ),
            (
                "Commandé lundi, torréfié mardi, livré mercredi.",
                "Le message une heure avant, c’est très pratique.",
                "Toujours à l’heure.",
            ),
        ),
    ),
    "landing": (
        (
            ("I could not find the opening hours.", "Too much about you, too little about coffee."),
            ("Impossible de trouver les horaires.", "Trop d’images, pas assez d’informations."),
        ),
        (
            ("Pretty, but where is decaf?", "Took me a while to find the shop."),
            ("Joli, mais où est le décaféiné\u202f?", "J’ai mis du temps à trouver la boutique."),
        ),
        (
            ("Exactly what I was looking for.", "Makes me want to taste everything."),
            ("Exactement ce que je cherchais.", "Donne envie de tout goûter."),
        ),
    ),
    "compare": (
        (
            ("The filters forget what I chose when I go back.", "No way to sort by roast."),
            ("Les filtres oublient mes choix quand je reviens.", "Impossible de trier."),
        ),
        (
            ("Fine once you know what the numbers mean.",),
            ("Bien une fois qu’on a compris les chiffres.",),
        ),
        (
            ("The taste wheel is brilliant.", "Found my beans in two minutes."),
            ("La roue des arômes est géniale.", "Trouvé mon café en deux minutes."),
        ),
    ),
    "service": (
        (
            ("Twenty minutes on hold.", "Three people, three answers.", "Nobody called back."),
            ("Vingt minutes d’attente.", "Trois personnes, trois réponses.", "Jamais rappelé."),
        ),
        (
            ("Solved in the end, after two e-mails.",),
            ("Résolu finalement, après deux messages.",),
        ),
        (
            ("Claire solved it in one call.", "They sent a new bag the same day. Thank you."),
            ("Claire a tout réglé en un appel.", "Nouveau sachet envoyé le jour même, merci."),
        ),
    ),
    "one-month": (
        (
            (
                "Good coffee, but after the trouble with the payment I order elsewhere.",
                "Prices went up twice this year.",
                "Stale by the time it arrives.",
            ),
            (
                "Bon café, mais après mes soucis de paiement je commande ailleurs.",
                "Les prix ont augmenté deux fois cette année.",
                "Le café n’est plus frais à l’arrivée.",
            ),
        ),
        (
            ("Nice, nothing special.", "The espresso is great, the filter less so."),
            ("Bien, sans plus.", "L’espresso est très bon, le filtre moins."),
        ),
        (
            (
                "The best beans I ever had at home.",
                "I gave a bag to my sister and now she orders too.",
                "Fresh, fair, friendly.",
            ),
            (
                "Le meilleur café que j’aie bu à la maison.",
                "J’en ai offert à ma sœur, elle commande aussi maintenant.",
                "Frais, équitable, sympathique.",
            ),
        ),
    ),
}

# What the unhappy mostly say since payment is another provider's, in English and French.
SINCE: dict[str, Said] = {
    "payment": (
        (
            "Where is PayPal? I do not give my card to everyone.",
            "No PayPal any more?",
            "Sent to another site to pay. I did not trust it.",
            "The new page asked for the code of my bank twice.",
        ),
        (
            "Où est passé PayPal ? Je ne donne pas ma carte à tout le monde.",
            "Plus de PayPal ?",
            "Renvoyée vers un autre site pour payer, pas rassurant.",
            "La nouvelle page demande deux fois le code de la banque.",
        ),
    ),
}
MOSTLY = 0.7  # of them say so

ANYWHERE: tuple[Said, Said, Said] = (
    (
        ("This took far too long.", "Confusing.", "Did not work on my phone."),
        ("Beaucoup trop long.", "Pas clair du tout.", "Ne marche pas sur mon téléphone."),
    ),
    (("It was all right.", "Could be simpler."), ("Correct.", "Pourrait être plus simple.")),
    (
        ("Very good, thank you.", "Easy.", "Friendly people.", "Just as it should be."),
        ("Très bien, merci.", "Facile.", "Équipe sympathique.", "Rien à redire."),
    ),
)
