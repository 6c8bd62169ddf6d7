"""The words on the pages: what the catalogue's short names are called for people. Data only."""

from __future__ import annotations

KINDS = {
    "conflict": "Contradiction",
    "link": "Unsure link",
    "duplicate": "Duplicate",
    "metadata": "Metadata at odds",
    "caption-without-image": "Caption without picture",
    "image-without-caption": "Picture without caption",
}

#: The same, of many.
KINDS_MANY = {
    "conflict": "Contradictions",
    "link": "Unsure links",
    "duplicate": "Duplicates",
    "metadata": "Metadata at odds",
    "caption-without-image": "Captions without picture",
    "image-without-caption": "Pictures without caption",
}

#: The same where there is little room: tabs of the queue, which have the long names as titles.
KINDS_SHORT = {
    "conflict": "Contradictions",
    "link": "Unsure links",
    "duplicate": "Duplicates",
    "metadata": "Metadata",
    "caption-without-image": "No picture",
    "image-without-caption": "No caption",
}

QUESTIONS = {
    "conflict": "One photograph, two captions. Can both be true?",
    "link": "Which picture was this caption printed with?",
    "duplicate": "Are these the same photograph?",
    "metadata": "The file says two things of itself. Which holds?",
    "caption-without-image": "No picture was found for this caption.",
    "image-without-caption": "No caption was found for this picture.",
}

#: What a decision did, in the log and in histories.
DONE = {
    "accept": "accepted the link",
    "choose": "chose the picture",
    "link": "linked",
    "none": "none of them",
    "not-caption": "no caption",
    "caption": "marked as a caption",
    "reject": "rejected the link",
    "same": "same photograph",
    "crop": "crop or rendition",
    "same-scene": "same scene only",
    "not-same": "not the same",
    "confirm": "contradiction confirmed",
    "a-right": "A is right",
    "b-right": "B is right",
    "harmless": "both can stand",
    "noted": "noted",
    "iptc": "IPTC holds",
    "xmp": "XMP holds",
    "exif": "EXIF holds",
    "edit": "edited",
    "hide": "hid",
    "restore": "restored",
    "undo": "took back",
    "save": "saved a search",
}

#: The same as what many findings of a kind are about to be told, where that needs other words.
SUGGESTED = "what is suggested"
BULK = {
    "conflict confirm": "they contradict",
    "link accept": "accept the link",
    "link reject": "not this picture",
    "link none": "none of the pictures",
    "link not-caption": "not a caption",
    "metadata noted": "noted, leave it",
    "image-without-caption none": "it has no caption",
}

#: What can be said of one copy of a group; the keys are those of the page.
SAID = {
    "same": "Same photograph",
    "same-scene": "Same scene",
    "not-same": "Not the same",
    "open": "Leave open",
}

FLAGS = {
    "linked": "linked",
    "unlinked": "no caption linked",
    "unsure": "unsure link",
    "duplicate": "has copies",
    "conflict": "captions contradict",
    "reviewed": "reviewed",
    "rejected": "a link was rejected",
    "hidden": "hidden",
}

FACETS = {
    "state": "State",
    "credit": "Credit",
    "publisher": "Publisher",
    "place": "Place",
    "person": "Person",
    "year": "Year",
    "tag": "Tag",
    "byline": "Byline",
    "language": "Language",
    "format": "Format",
    "kind": "Source",
    "orientation": "Shape",
    "colour": "Colour",
}

#: Formats of exports, as people know them; others are shown by their short names.
EXPORTS = {
    "csv": "CSV",
    "jsonl": "JSON Lines",
    "xmp": "XMP sidecars",
    "ninjs": "ninjs",
    "jsonld": "JSON-LD",
    "iiif": "IIIF",
}

#: Those that the search page shows.
FACETS_SHOWN = ("state", "year", "credit", "publisher", "place", "person", "tag", "language", "format")

SORTS = {
    "relevance": "Best match",
    "-date": "Newest",
    "date": "Oldest",
    "-imported": "Last imported",
    "-megapixels": "Largest",
}

ARTICLE_SORTS = {key: SORTS[key] for key in ("-date", "date")}
VIEWS = {"grid": "Grid", "list": "List", "articles": "Articles"}

RELATIONS = {
    "identical": "Identical",
    "re-encoded": "Re-encoded",
    "resized": "Resized",
    "cropped": "Cropped",
    "mirrored": "Mirrored",
    "rotated": "Rotated",
    "edited": "Edited",
    "collage": "Part of a collage",
    "same scene": "Same scene",
}

FIELDS = {
    "caption": "Caption",
    "credit": "Credit",
    "byline": "Byline",
    "headline": "Headline",
    "article": "Text",
    "title": "Title",
    "source": "Source",
    "copyright": "Copyright",
    "created": "Taken",
    "city": "City",
    "state": "State",
    "country": "Country",
    "location": "Location",
    "persons": "Persons",
    "keywords": "Keywords",
    "gps": "Position",
    "camera": "Camera",
    "rating": "Rating",
    "digital_source_type": "Digital source",
    "document_id": "Document id",
    "instance_id": "Instance id",
    "derived_from": "Derived from",
    "c2pa": "Content credentials",
    "width": "Width",
    "height": "Height",
    "size": "Size",
    "bytes": "Bytes",
    "format": "Format",
    "quality": "JPEG quality",
    "tags": "Tags",
    "note": "Note",
    "place": "Place",
    "date": "Date",
    "image": "Picture",
    "best": "Best copy",
    "query": "Query",
}

OUTCOMES = {
    "new": "new",
    "updated": "updated",
    "unchanged": "unchanged",
    "duplicate": "duplicate",
    "ignored": "ignored",
    "rejected": "rejected",
    "warning": "not compared",
}
