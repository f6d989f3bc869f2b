"""Words that tell a name from what is none, when a letter is looked through for whom it names."""

# Names of children that a letter uses as words too: written small, they name nobody.
WORDS_TOO = frozenset(
    {
        "able", "an", "angel", "april", "art", "august", "bank", "be", "best", "bill", "bird", "blue", "board",
        "book", "box", "bright", "brown", "bush", "case", "chance", "charity", "clear", "close", "cloud",
        "cook", "day", "deal", "dear", "do", "down", "early", "ease", "east", "even", "every", "face", "fair",
        "faith", "field", "fisher", "free", "friend", "game", "glad", "gold", "good", "grace", "grant", "great",
        "green", "grey", "guy", "hall", "hand", "happy", "hard", "head", "heart", "hill", "him", "home",
        "honest", "hope", "house", "how", "hunt", "in", "is", "job", "joy", "june", "just", "key", "kind",
        "lane", "law", "lead", "light", "little", "long", "lot", "love", "low", "loyal", "major", "man", "many",
        "march", "mark", "may", "mind", "mine", "more", "nice", "no", "north", "of", "on", "open", "or", "page",
        "park", "peace", "plain", "play", "point", "power", "precious", "price", "pride", "quick", "rain",
        "ray", "read", "real", "red", "rich", "right", "rise", "river", "rob", "safe", "say", "sea", "self",
        "sharp", "short", "sky", "small", "smart", "so", "son", "south", "spring", "star", "stone", "storm",
        "street", "strong", "summer", "sun", "sweet", "tell", "time", "to", "trace", "true", "trust", "turn",
        "unity", "use", "victory", "wait", "ward", "way", "well", "west", "while", "white", "wild", "will",
        "win", "winter", "wise", "wish", "with", "wood", "word", "work", "worth", "young", "your",
    }
)  # fmt: skip
# What somebody types who does not know a name. It names nobody, however it is written.
DESCRIBING = frozenset(
    {
        "a", "adult", "an", "and", "another", "boy", "boys", "brother", "by", "called", "child", "children",
        "class", "dad", "daughter", "down", "family", "father", "former", "friend", "friends", "from", "girl",
        "girls", "group", "he", "her", "his", "in", "known", "man", "member", "miss", "mother", "mr", "mrs",
        "ms", "mum", "mx", "name", "named", "no", "nobody", "not", "of", "old", "older", "on", "one", "online",
        "or", "other", "others", "parent", "parents", "people", "person", "persons", "player", "primary",
        "pupil", "pupils", "reception", "school", "secondary", "she", "sister", "somebody", "someone", "staff",
        "stranger", "teacher", "the", "their", "they", "to", "unknown", "unnamed", "user", "visitor", "website",
        "who", "with", "woman", "year", "years", "younger",
    }
)  # fmt: skip
