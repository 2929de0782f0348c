using System.Collections.Immutable;
using System.Text.Json;
using Assay.Market.Ledger;
using Assay.Market.Looks;
using Assay.Reliability.Passports;
using Assay.Reliability.Statistics;
using Assay.Verify;
using Assay.Verify.Json;

namespace Assay.Market.Settlements;

/// <summary>Where an event stands in a journal.</summary>
/// <param name="Entry">Number of the journal's entry.</param>
/// <param name="Event">Place in it, from 0.</param>
public readonly record struct EventPlace(ulong Entry, int Event) : IComparable<EventPlace>
{
    public int CompareTo(EventPlace other) => (Entry, Event).CompareTo((other.Entry, other.Event));

    public override string ToString() => $"[{Entry},{Event}]";
}

/// <summary>What one holder of a position's shares got.</summary>
public readonly record struct PaidTo(Holder Holder, long Units);

/// <summary>What came of a position.</summary>
/// <param name="Window">Differences of the looks' counts; all 0 where none attached.</param>
/// <param name="Triggered">Whether the window shows, at 95 %, more failures than the threshold.</param>
/// <param name="Rate">Failures among those judged, in millionths, rounded down.</param>
/// <param name="Payout">Units for all shares together, before what is rounded off.</param>
/// <param name="PremiumBack">Nothing was judged in its window: the premium goes to the holders of its shares.</param>
/// <param name="Paid">In order of holder, those left out who got nothing; null where that is not said.</param>
public sealed record SettlementFigures(SegmentCounts Window, bool Triggered, uint Rate, long Payout, bool PremiumBack, ImmutableArray<PaidTo>? Paid);

/// <summary>The first line of a settlement file.</summary>
/// <param name="Journal">The journal's name.</param>
/// <param name="Number">Of the policy.</param>
/// <param name="Opened">The event that sold it.</param>
/// <param name="Settled">The look or tick at which it was settled.</param>
public sealed record SettlementHeader(string Journal, ulong Number, EventPlace Opened, EventPlace Settled, SettlementFigures Figures)
{
    /// <summary>What is settled: the one kind of position so far.</summary>
    public const string Cover = "cover";

    public const int MostPaid = 4096;

    internal static SettlementHeader Parse(ReadOnlySpan<byte> line)
    {
        var json = JsonAt.Root(StrictJson.Parse(line, Passport.MaxLine), "settlement");
        // First of all: another version may have other members.
        if (json["mediaType"].Text() is var type && type != SettlementFile.MediaType)
            throw new UnsupportedException($"settlement.mediaType: \"{StrictJson.Shown(type)}\" is no settlement that this version knows");
        if (json["position"].Text() is var position && position != Cover)
            throw new UnsupportedException($"settlement.position: \"{StrictJson.Shown(position)}\" is nothing that this version recomputes");
        json.Only("mediaType", "journal", "position", "number", "opened", "settled", "window", "triggered", "rate", "payout", "premiumBack", "paid");
        var window = json["window"].Only("records", "epochs", "passes", "failures", "undecided", "neither");
        var figures = new SettlementFigures(
            new SegmentCounts(
                window["records"].Integer(), window["epochs"].Integer(), window["passes"].Integer(), window["failures"].Integer(), window["undecided"].Integer(),
                window["neither"].Integer()),
            json["triggered"].Boolean(), (uint)json["rate"].Integer(0, Grid.One), (long)json["payout"].Integer(), json["premiumBack"].Boolean(),
            json.Optional("paid") is { } paid ? [.. paid.Items(MostPaid).Select(ReadPaid)] : null);
        return new SettlementHeader(json["journal"].Label(), json["number"].Integer(), ReadPlace(json["opened"]), ReadPlace(json["settled"]), figures);
    }

    internal byte[] ToBytes() => StrictJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("mediaType", SettlementFile.MediaType);
        json.WriteString("journal", Journal);
        json.WriteString("position", Cover);
        json.WriteNumber("number", Number);
        WritePlace(json, "opened", Opened);
        WritePlace(json, "settled", Settled);
        WriteMembers(json, Figures);
        json.WriteEndObject();
    });

    /// <summary>The figures' members, into an object that is open.</summary>
    internal static void WriteMembers(Utf8JsonWriter json, SettlementFigures figures)
    {
        json.WriteStartObject("window");
        json.WriteNumber("records", figures.Window.Records);
        json.WriteNumber("epochs", figures.Window.Epochs);
        json.WriteNumber("passes", figures.Window.Passes);
        json.WriteNumber("failures", figures.Window.Failures);
        json.WriteNumber("undecided", figures.Window.Undecided);
        json.WriteNumber("neither", figures.Window.Neither);
        json.WriteEndObject();
        json.WriteBoolean("triggered", figures.Triggered);
        json.WriteNumber("rate", figures.Rate);
        json.WriteNumber("payout", figures.Payout);
        json.WriteBoolean("premiumBack", figures.PremiumBack);
        if (figures.Paid is not { } paid)
            return;
        json.WriteStartArray("paid");
        foreach (var (holder, units) in paid)
        {
            json.WriteStartObject();
            json.WriteString("kind", NameOf(holder.Kind));
            json.WriteNumber("number", holder.Number);
            json.WriteNumber("units", units);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    internal static void WritePlace(Utf8JsonWriter json, string name, EventPlace place)
    {
        json.WriteStartArray(name);
        json.WriteNumberValue(place.Entry);
        json.WriteNumberValue(place.Event);
        json.WriteEndArray();
    }

    internal static string NameOf(HolderKind kind) => JsonNamingPolicy.CamelCase.ConvertName(kind.ToString());

    /// <summary>Every figure by name, as text.</summary>
    internal static IEnumerable<(string Name, string Value)> Digits(SettlementFigures f) =>
    [
        ("window.records", $"{f.Window.Records}"), ("window.epochs", $"{f.Window.Epochs}"), ("window.passes", $"{f.Window.Passes}"),
        ("window.failures", $"{f.Window.Failures}"), ("window.undecided", $"{f.Window.Undecided}"), ("window.neither", $"{f.Window.Neither}"),
        ("triggered", f.Triggered ? "true" : "false"), ("rate", $"{f.Rate}"), ("payout", $"{f.Payout}"), ("premiumBack", f.PremiumBack ? "true" : "false"),
    ];

    private static EventPlace ReadPlace(JsonAt json) => json.Items(2).ToArray() is [var entry, var place]
        ? new EventPlace(entry.Integer(), (int)place.Integer(0, Verify.Statements.JournalEvent.MostEvents - 1))
        : throw json.Wrong("the number of an entry and a place in it");

    private static PaidTo ReadPaid(JsonAt json)
    {
        json.Only("kind", "number", "units");
        var kind = json["kind"].Text();
        var known = Enum.GetValues<HolderKind>().Where(k => NameOf(k) == kind).ToArray();
        return known is [var only]
            ? new PaidTo(new Holder(only, json["number"].Integer()), (long)json["units"].Integer())
            : throw json["kind"].Wrong("a kind of holder");
    }
}
