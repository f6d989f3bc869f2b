"""What the generated incidents say: invented sentences, with words whose frequency is known."""

import random

# In six records of ten, in one of a thousand, and in none.
COMMON_WORD = "phone"
RARE_WORD = "zeppelin"
NO_SUCH_WORD = "xylophonist"

WHO = (
    "The pupil", "A group of pupils", "Two pupils in the class", "One of the older pupils", "A visitor",
    "The class teacher", "A teaching assistant", "The caretaker", "A parent", "The lunchtime supervisor",
    "A pupil from another class", "The pupil's friend", "A member of the office", "The sports coach",
)  # fmt: skip
DID = (
    "found a message on", "showed others a picture on", "typed an address into", "was told about a page seen on",
    "complained about something posted from", "closed a window on", "shared a password for", "copied a file from",
    "was sent a link through", "played a game with strangers on", "recorded a lesson with", "ordered things with",
    "took part in a chat on", "watched a film that is rated for adults on", "looked for a way round the filter on",
)  # fmt: skip
DEVICE = (
    "a tablet of the school", "the computer in the library", "a laptop at home", "the shared account of the class",
    "a games console", "the interactive board", "an old computer in the music room", "a borrowed laptop",
    "the school's learning platform", "a watch with a camera", "the television in the hall", "a headset",
)  # fmt: skip
WHEN = (
    "during the lunch break", "after school on the way home", "in the computing lesson", "at the weekend",
    "on the evening before", "during wet play", "in the homework club", "on the coach to the museum",
    "while the supply teacher was in charge", "in the first lesson of the day", "in the half-term holiday",
)  # fmt: skip
THEN = (
    "The screen was covered and the device put away.", "Nobody forwarded anything and nothing was deleted.",
    "The pupil told an adult at once and was praised for it.", "The page was added to the list of blocked addresses.",
    "The parents were called the same afternoon.", "The account was locked and its password changed.",
    "The class talked about it in the next circle time.", "The pupil was upset and stayed with the learning mentor.",
    "The conversation was written down in the pupil's own words.", "The network manager looked at the filter's log.",
    "The device was kept in the safe of the office.", "A reminder went home with the newsletter.",
    "The agreement on the use of computers was read together again.", "It had happened once before, in another term.",
)  # fmt: skip
OUTCOMES = (
    "No further action; the class will hear about it again next term.", "The filter was corrected and tried out.",
    "The pupil has apologised and lost the use of computers for a week.", "Parents were satisfied with what was done.",
    "The family is supported by the learning mentor.", "The account remains closed until the end of term.",
)  # fmt: skip
GIVEN = (
    "Ada", "Bilal", "Chloe", "Dario", "Esme", "Farid", "Greta", "Hamza", "Iris", "Jonah", "Kezia", "Liam", "Maryam",
    "Niall", "Oona", "Pavel", "Quentin", "Rosa", "Samir", "Tilda", "Umar", "Vera", "Wilf", "Xanthe", "Yusuf", "Zara",
)  # fmt: skip
FAMILY = (
    "Abbott", "Bashir", "Calder", "Dunmore", "Eastham", "Farouk", "Goodhew", "Haddad", "Ingram", "Jarvis", "Kemble",
    "Lowther", "Mistry", "Nwosu", "Oakden", "Penrose", "Quilter", "Rahman", "Sandford", "Thorne", "Usher", "Varga",
)  # fmt: skip


def story(choose: random.Random, *, rare: bool = False) -> str:
    """Three to seven sentences, some 70 words; with the common word in six of ten, with the rare one when asked."""
    sentences = []
    for _ in range(choose.randint(2, 4)):
        sentences.append(f"{choose.choice(WHO)} {choose.choice(DID)} {choose.choice(DEVICE)} {choose.choice(WHEN)}.")
        if choose.random() < 0.7:
            sentences.append(choose.choice(THEN))
    if choose.random() < 0.6:
        sentences.append(f"It was first seen on a {COMMON_WORD}.")
    if rare:
        sentences.append(f"The picture showed a {RARE_WORD}.")
    return " ".join(sentences)
