from collections import defaultdict

import pytest

from stride.ingest import headers
from stride.ingest.schema import SUMMARY

ENGLISH = (
    "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Elapsed Time,"
    "Distance,Max Heart Rate,Relative Effort,Commute,Activity Private Note,Activity Gear,Filename,"
    "Athlete Weight,Bike Weight,Elapsed Time,Moving Time,Distance,Max Speed,Average Speed,"
    "Elevation Gain,Average Heart Rate,Average Watts,Average Temperature,Relative Effort,"
    "Perceived Exertion,Weighted Average Power,Commute,Grade Adjusted Distance,"
    "Weather Temperature,Timer Time,Total Cycles,Recovery,With Pet,Competition,Long Run,"
    "For a Cause,With Kid,Downhill Distance,Total Sets,Total Reps,Media"
)
GERMAN = (
    "Aktivitäts-ID,Aktivitätsdatum,Name der Aktivität,Aktivitätsart,Aktivitätsbeschreibung,"
    "Verstrichene Zeit,Distanz,Max. Herzfrequenz,Relative Leistung,Pendeln,"
    "Hinweis zur Privatsphäre für Aktivitäten,Aktivitätsausrüstung,Dateiname,Sportlergewicht,"
    "Fahrradgewicht,Verstrichene Zeit,Bewegungszeit,Distanz,Höchstgeschw.,"
    "Durchschnittliche Geschwindigkeit,Höhenzunahme,Durchschnittliche Herzfrequenz,"
    "Durchschnittliche Watt,Durchschnittliche Temperatur,Relative Leistung,Gefühlte Anstrengung,"
    "Gewichtete durchschnittliche Leistung,Pendeln,Auf Steigung angepasste Distanz,"
    "Wetter: Temperatur,Medien"
)
FRENCH = (
    "ID de l'activité,Date de l'activité,Nom de l'activité,Type d'activité,"
    "Description de l'activité,Temps écoulé,Distance,Fréquence cardiaque max.,Effort relatif,"
    "Matériel utilisé pour l'activité,"
    "Nom du fichier,Poids de l'athlète,Temps écoulé,Durée de déplacement,Distance,"
    "Dénivelé positif,Fréquence cardiaque moyenne,Puissance moyenne,Température moyenne,"
    "Effort ressenti,Puissance moyenne pondérée,Distance ajustée selon la pente,Compétition,Support"
)
DUTCH = (
    "Activiteits-ID,Datum van activiteit,Naam activiteit,Activiteitstype,Verstreken tijd,Afstand,"
    "Max. hartslag,Vergelijkbare poging,Uitrusting voor activiteit,"
    "Bestandsnaam,Gewicht sporter,Verstreken tijd,Beweegtijd,"
    "Afstand,Totale stijging,Gemiddelde hartslag,Gemiddeld wattage,Gemiddelde temperatuur,"
    "Ervaren inspanning,Gewogen gemiddeld vermogen,Aan stijgingspercentage aangepaste afstand,Media"
)
POLISH = (
    "Identyfikator aktywności,Data aktywności,Nazwa aktywności,Rodzaj aktywności,"
    "Czas całkowity,Dystans,Czas ruchu,Dystans"
)
SPANISH = (
    "ID de actividad,Fecha de la actividad,Nombre de la actividad,Tipo de actividad,"
    "Tiempo transcurrido,Distancia,Nombre del archivo,Tiempo transcurrido,Tiempo en movimiento,"
    "Distancia,Desnivel positivo,Esfuerzo Percibido"
)
PORTUGUESE = (
    "ID da atividade,Data da atividade,Nome da atividade,Tipo de atividade,Tempo decorrido,"
    "Distância,Nome do arquivo,Tempo de movimentação,Distância,Ganho de elevação"
)


@pytest.mark.parametrize(
    ("line", "language"),
    [
        (ENGLISH, "en"),
        (GERMAN, "de"),
        (FRENCH, "fr"),
        (DUTCH, "nl"),
        (POLISH, "pl"),
        (SPANISH, "es"),
        (PORTUGUESE, "pt"),
    ],
)
def test_real_header_lines_are_understood(line, language):
    found = headers.meanings(line.split(","))
    assert found.language == language and found.unknown == []
    assert {"activity_id", "started_at", "name", "sport_type", "elapsed_time_s"} <= set(
        found.places
    )
    assert len(found.places["distance"]) == 2


@pytest.mark.parametrize("line", [GERMAN, FRENCH, DUTCH])
def test_other_languages_have_all_that_english_has(line):
    there = set(headers.meanings(line.split(",")).places)
    # Seen in no German and no Dutch file yet.
    assert set(headers.meanings(ENGLISH.split(",")).places) - there <= {
        "is_race_flagged",
        "weather_temperature_c",
    }


def test_no_header_means_two_things():
    meant = defaultdict(set)
    facts = headers._facts()
    for code in facts.keys() - {"before_2019"}:
        for part in ("columns", "translated"):
            for meaning, names in facts[code].get(part, {}).items():
                for name in names:
                    meant[headers.normalised(name)].add(meaning)
        for name in facts[code]["unused"]:
            meant[headers.normalised(name)].add("unused")
    assert {name: means for name, means in meant.items() if len(means) > 1} == {}


def test_every_meaning_is_a_landed_column():
    lands = set(SUMMARY) | {"distance", "weather_temperature_c"}
    for code, entry in headers._facts().items():
        assert set(entry.get("columns", {})) | set(entry.get("translated", {})) <= lands, code


@pytest.mark.parametrize(
    "header",
    [
        "max heart rate",
        "MAX  HEART\u00a0RATE",
        "\ufeffMax Heart Rate",
        '"Max Heart Rate"',
        "Max. Heart Rate",
        "Max_Heart_Rate",
        "Max Heart Rate.1",
        "Max Heart Rate...31",
        "\uff2dax Heart Rate",
    ],
)
def test_spelling_does_not_matter(header):
    assert headers.meanings([header]).places == {"max_hr_bpm": [0]}


def test_accents_and_apostrophes_do_not_matter():
    found = headers.meanings(["Aktivitats-ID", "Date de l\u2019activite\u0301", "Distancia"])
    assert set(found.places) == {"activity_id", "started_at", "distance"}


def test_stravas_untranslated_headers_are_read_by_their_key():
    header = (
        '<span class="translation_missing" title="translation missing: '
        'en-US.lib.export.portability_exporter.activities.horton_values.total_steps">Steps</span>'
    )
    assert headers.normalised(header) == "total steps"
    assert headers.meanings([header]).unknown == []


def test_common_words_are_stravas_only_all_together():
    old = ["id", "date", "name", "type", "description", "elapsed_time", "distance", "commute"]
    assert headers.meanings(old).places["started_at"] == [1]
    assert headers.meanings(["id", "name", "type"]).places == {}
    assert headers.meanings(["id", "name", "type"]).unknown == [0, 1]


def test_unknown_headers_are_reported():
    found = headers.meanings(["Activity ID", "Mood", "", "Commute"])
    assert found.unknown == [1]
