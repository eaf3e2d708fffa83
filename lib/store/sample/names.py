"""What accounts, people and products are called. All invented; letters of many languages on purpose.

company_names   one unique name per account number, up to a million and more
staff_names     one name per CSM or account executive number
ROOM, STAFF_ROOM   as many of each can be told apart
FIRST_NAMES, LAST_NAMES, MAILBOX_FIRST, MAILBOX_LAST   people, and the same names as an address spells them
"""

import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_HEADS = _words("""
    Alder Amb Ang Arv Åk Bel Bex Birk Blå Bor Brex Cal Çel Cor Crev D'Al D'Or Dax Del Dov Eld Ém Ess Fal Fen
    Fjel Gal Gim Glen Grün Hal Hex Høl Ist Jar Jún Kad Kel Kor Lam Lin Łom Mar Mel Mör Nar Nel Nov O'Ber
    O'Cal Or Ost Pel Pol Quor Ral Rin Sel Ším Tal Tor Ün Val Žel
""")
_TAILS = _words("""
    abria acor adine aldo amer ando antis arra aster avia axo bera borne cado cante dara dell deno dora edo
    elia embra endo enza era esco eva fair fenn gard gate gora hart holm iara idon ilva inder iska ivo kona
    lanta leaf mara mera mond naro nova olis onda orin ost ova quist rado renna ridge sano sola stad tano
    tera tessa una vanta ville zano
""")
_TRADES = (
    "Logistics", "Foods", "Systems", "Health", "Textiles", "Analytics", "Energy", "Retail", "Media", "Robotics",
    "Travel", "Finance", "Timber", "Marine", "Labs", "Studios", "Packaging", "Optics", "Mobility", "Networks",
)  # fmt: skip
_FORMS = ("", " Ltd", " GmbH", " Inc", " & Sons", " SA", " AB", " & Co", " BV", " Oy", " SpA", " Group")

FIRST_NAMES = _words("""
    Ada Aiko Alejandro Amara Amélie Anders Anika Anton Asha Astrid Ayşe Beatriz Ben Björn Camila Carlos
    Chiara Chloé Clara Dana Daniel Davide Deepa Diego Dilan Dominik Eero Elena Elif Emeka Emma Erik Esther
    Eva Fatima Felix Fiona Florian Francesca Gabriel Grace Hana Hannah Haruto Hugo Ines Ingrid Isabel Ivan
    Jakob James Jana Jing João Jonas José Julia Kai Karin Kenji Kofi Lars Laura Leila Lena Liam Lin Lucía
    Luis Luka Magnus Maja Malik Marco Maria Mariana Marta Mateo Maya Mei Michał Mina Mira Naomi Nia Niamh
    Nikhil Nils Nina Noah Nora Olga Oliver Omar Paula Pedro Petra Priya Rafael Ravi Rosa Ruth Sana Sara Sean
    Sofia Søren Tariq Thandi Thomas Tomás Uma Vera Victor Wei Yara Yuki Zoë Zuzana
""")
LAST_NAMES = _words("""
    Abara Adeyemi Aguilar Ahmadi Almeida Andersson Arslan Baker Banerjee Barros Bauer Becker Bergström
    Bianchi Blanc Boateng Brandt Brennan Byrne Calder Campos Carvalho Castillo Čermák Chandra Chen Clarke
    Cohen Conti Costa Cruz Dahl D'Souza Delgado Demir Diallo Dubois Duarte Eriksen Estrada Evans Falk Farkas
    Fernández Ferrari Fischer Fontaine Fraser Fuentes Fujita García Gill Greco Grünwald Gupta Haas Haddad
    Hansen Hart Hayashi Herrera Hoffmann Holm Horváth Hughes Ibrahim Inoue Ivanova Jansen Jensen Jiménez
    Joshi Kamara Kapoor Kato Kaya Keller Khan Kim Kimura Klein Kovács Kowalski Krüger Kumar Lange Larsen
    Leclerc Lee Lindqvist Liu Lopes Lund Mbeki Mäkinen Marino Martin Medina Mehta Meyer Mishra Molina Moreau
    Moreno Mori Müller Murphy Nakamura Navarro Nguyen Nielsen Novák Nowak O'Brien O'Neill Okafor Olsen
    Ortega Osei Özkan Park Patel Pereira Petersen Pham Pinto Popescu Prieto Quinn Rahman Ramos Reyes Ricci
    Rojas Romero Rossi Roy Sahin Saito Salazar Sanders Santos Sato Schmidt Sharma Silva Singh Sørensen
    Suzuki Tanaka Torres Tran Vargas Vogel Wagner Walsh Wang Weber Yamada Yılmaz Zhang
""")

ROOM = len(_HEADS) * len(_TAILS) * len(_TRADES) * len(_FORMS)  # as many accounts can be told apart by name
STAFF_ROOM = len(FIRST_NAMES) * len(LAST_NAMES)


def company_names(number: np.ndarray, seed: int) -> pa.Array:
    """Numbers walk through all combinations with a stride that visits each once, so no name comes twice."""
    parts = (_HEADS, _TAILS, _TRADES, _FORMS)
    codes = _scattered(number, [len(p) for p in parts], seed)
    head, tail, trade, form = (pa.array(p).take(pa.array(c)) for p, c in zip(parts, codes, strict=True))
    return pc.binary_join_element_wise(pc.binary_join_element_wise(head, tail, ""), " ", trade, form, "")


def staff_names(number: np.ndarray, seed: int) -> pa.Array:
    first, last = _scattered(number, [len(FIRST_NAMES), len(LAST_NAMES)], seed)
    return pc.binary_join_element_wise(
        pa.array(FIRST_NAMES).take(pa.array(first)), pa.array(LAST_NAMES).take(pa.array(last)), " "
    )


def _scattered(number: np.ndarray, sizes: list[int], seed: int) -> list[np.ndarray]:
    """Mixed-radix digits of a scattered number: a bijection of 0 .. product of the sizes."""
    room = int(np.prod(sizes))
    stride = next(s for s in range(int(room * 0.618), room) if np.gcd(s, room) == 1)
    rest = (number.astype(np.int64) * stride + seed * 7_919) % room
    digits = []
    for size in sizes:
        digits.append(rest % size)
        rest = rest // size
    return digits


def _mailbox(name: str) -> str:
    plain = name.translate(str.maketrans("øØłŁıæ", "oOlLia")).replace("'", "")
    return unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode().lower()


MAILBOX_FIRST = tuple(map(_mailbox, FIRST_NAMES))
MAILBOX_LAST = tuple(map(_mailbox, LAST_NAMES))
