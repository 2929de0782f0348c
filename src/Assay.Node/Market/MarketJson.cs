using System.Text.Json;
using Assay.Market.Corruption;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Market.Looks;
using Assay.Store.Market;
using Assay.Verify.Crypto;

namespace Assay.Node.Market;

/// <summary>A market as JSON: amounts in units, rates in millionths, times in Unix seconds.</summary>
public static class MarketJson
{
    public static bool WriteOverview(Utf8JsonWriter json, MarketFold market)
    {
        var state = market.State;
        json.WriteString("origin", market.Origin);
        json.WriteNumber("entries", market.Entries);
        json.WriteString("state", market.Digest.ToHex());
        json.WriteNumber("time", state.Time);
        json.WriteNumber("events", state.Events);
        if (market.Broken is { } broken)
        {
            json.WriteStartObject("broken");
            json.WriteNumber("entry", broken.Number);
            json.WriteString("why", broken.Why);
            json.WriteEndObject();
        }
        json.WriteStartObject("terms");
        state.Terms.Write(json);
        json.WriteEndObject();
        json.WriteStartObject("pool");
        json.WriteNumber("free", state.Book.Of(Holder.Pool, Asset.Unit));
        json.WriteNumber("shares", state.Book.Issued(Asset.PoolShare));
        json.WriteNumber("inPolicies", state.Book.UnitsOf(HolderKind.Policy));
        json.WriteEndObject();
        json.WriteNumber("units", state.Book.Issued(Asset.Unit));
        json.WriteNumber("participants", state.Participants.Count);
        json.WriteStartArray("accounts");
        foreach (var account in state.Looks.Accounts)
        {
            json.WriteStartObject();
            WriteAccount(json, state, account);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        return true;
    }

    public static bool WriteAccount(Utf8JsonWriter json, MarketState state, in Hash account)
    {
        var look = state.Looks.Of(account)!;
        json.WriteString("account", account.ToHex());
        json.WriteNumber("step", look.Step);
        json.WriteNumber("lookedAt", look.Time);
        json.WriteStartArray("segments");
        for (var place = 0; place < look.Segments.Length; place++)
        {
            json.WriteStartObject();
            WriteSegment(json, look.Segments[place]);
            json.WriteStartObject("open");
            ProductJson.Write(json, OpenInterest.Of(state, account, (ulong)place));
            json.WriteEndObject();
            if (CoverPrice.Of(state, account, (ulong)place, CoverPrice.Threshold) is { } price)
                json.WriteNumber("coverPrice", price);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        return true;
    }

    public static bool WriteParticipant(Utf8JsonWriter json, MarketState state, ulong number)
    {
        json.WriteNumber("participant", number);
        json.WriteString("key", state.Participants.KeyOf(number).ToHex());
        json.WriteStartArray("affiliates");
        foreach (var account in state.Participants.AffiliatesOf(number))
            json.WriteStringValue(account.ToHex());
        json.WriteEndArray();
        json.WriteNumber("nonce", state.Participants.NonceOf(number));
        json.WriteNumber("units", state.Book.Of(Holder.Participant(number), Asset.Unit));
        return true;
    }

    public static void WriteDone(Utf8JsonWriter json, MarketDone done)
    {
        json.WriteString("do", done.Event.Do);
        json.WriteNumber("entry", done.Entry);
        json.WriteNumber("place", done.Place);
        json.WriteNumber("index", done.Index);
        if (done.Number is { } number)
            json.WriteNumber("number", number);
    }

    public static void WritePositions(Utf8JsonWriter json, ulong participant, IEnumerable<Posting> holdings, IEnumerable<KeptMarketEvent> history)
    {
        json.WriteNumber("participant", participant);
        json.WriteStartArray("positions");
        foreach (var held in holdings)
        {
            json.WriteStartObject();
            ProductJson.WriteAsset(json, held.Asset);
            json.WriteNumber("shares", held.Amount);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("history");
        foreach (var step in history)
            WriteEvent(json, step);
        json.WriteEndArray();
    }

    private static void WriteEvent(Utf8JsonWriter json, KeptMarketEvent step)
    {
        json.WriteStartObject();
        json.WriteNumber("entry", step.Entry);
        json.WriteNumber("place", step.Place);
        json.WriteNumber("time", step.Time);
        json.WritePropertyName("event");
        json.WriteRawValue(step.Text);
        json.WriteStartArray("changes");
        foreach (var change in step.Changes)
        {
            json.WriteStartObject();
            ProductJson.WriteAsset(json, new Asset((AssetKind)change.AssetKind, change.Asset));
            json.WriteNumber("change", change.Change);
            json.WriteNumber("balance", change.Balance);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteSegment(Utf8JsonWriter json, in SegmentLook segment)
    {
        json.WriteNumber("records", segment.Counts.Records);
        json.WriteNumber("epochs", segment.Counts.Epochs);
        json.WriteNumber("passes", segment.Counts.Passes);
        json.WriteNumber("failures", segment.Counts.Failures);
        json.WriteNumber("waiting", segment.Waiting);
        json.WriteBoolean("alarmed", segment.Alarmed);
        json.WriteNumber("expected", segment.Expected);
        json.WriteNumber("hazard", segment.Hazard);
    }
}
