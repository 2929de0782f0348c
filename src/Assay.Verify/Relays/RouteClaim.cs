using System.Collections.Immutable;
using System.Text.Json;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Verify.Relays;

/// <summary>What is claimed of the account that a choice was made by.</summary>
/// <param name="Id">Of the account.</param>
/// <param name="Segment">Its place in it.</param>
/// <param name="State">Digest of the state that the figures are a function of.</param>
/// <param name="Time">Unix seconds of that.</param>
/// <param name="FailureBound">In millionths; null where the data do not suffice for one.</param>
public sealed record RoutedAccount(Hash Id, ulong Segment, Hash State, ulong Time, ulong? FailureBound);

/// <summary>What became of someone else who could have answered.</summary>
/// <param name="Reason">Why it was left out; <see cref="RouteClaim.Failed"/> where it was tried, <see cref="RouteClaim.Later"/> where it would have been next.</param>
public sealed record RoutedOther(string Name, string Reason);

/// <summary>By what rule a node chose who answers: the member <c>route</c> of a receipt's parameters, and of the <c>assay</c> of an answer (docs/spec/receipt.md, Routes).</summary>
/// <param name="Asked">The model's name, as the request writes it.</param>
/// <param name="Account">Null where none is known.</param>
/// <param name="Latency">Milliseconds, as the node measured it.</param>
/// <param name="Price">Of a million tokens, in millionths, as the node's operator says it.</param>
/// <param name="Cover">What a unit of cover cost, in millionths, where that was asked for and quoted.</param>
public sealed record RouteClaim(string Asked, string Chosen, RoutedAccount? Account, ulong? Latency, ulong? Price, ImmutableArray<RoutedOther> Others, ulong? Cover = null)
{
    public const string Member = "route";
    public const string Failed = "failed", Later = "later";

    private const int MostOthers = 256, MaxAsked = 256;

    public bool Equals(RouteClaim? other) =>
        other is not null && (Asked, Chosen, Account, Latency, Price, Cover) == (other.Asked, other.Chosen, other.Account, other.Latency, other.Price, other.Cover) && Others.SequenceEqual(other.Others);

    public override int GetHashCode() => HashCode.Combine(Asked, Chosen, Account);

    /// <summary>The name of the model that a reference means: before its version, or before what is asked of whoever answers.</summary>
    public static string ModelOf(string reference) => reference.Split('@')[0];

    /// <summary>Whether a reference asks for a choice; a version has no such characters.</summary>
    public static bool IsRoute(string reference) => reference.IndexOf('@') is > 0 and var at && reference.AsSpan(at).IndexOfAny('<', '>') > 0;

    /// <summary>Writes the member.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject(Member);
        json.WriteString("asked", Asked);
        json.WriteString("chosen", Chosen);
        if (Account is { } account)
        {
            json.WriteStartObject("account");
            json.WriteString("id", account.Id.ToHex());
            json.WriteNumber("segment", account.Segment);
            json.WriteString("state", account.State.ToHex());
            json.WriteNumber("time", account.Time);
            if (account.FailureBound is { } bound)
                json.WriteNumber("failureBound", bound);
            json.WriteEndObject();
        }
        if (Latency is { } latency)
            json.WriteNumber("latency", latency);
        if (Price is { } price)
            json.WriteNumber("price", price);
        if (Cover is { } cover)
            json.WriteNumber("cover", cover);
        json.WriteStartArray("others");
        foreach (var other in Others)
        {
            json.WriteStartObject();
            json.WriteString("name", other.Name);
            json.WriteString("reason", other.Reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The member of an object; null where there is none.</summary>
    /// <exception cref="MalformedException">It is no such claim.</exception>
    public static RouteClaim? Read(JsonAt json)
    {
        if (json.Optional(Member) is not { } route)
            return null;
        var account = route.Optional("account") is { } a
            ? new RoutedAccount(a["id"].HexHash(), a["segment"].Integer(), a["state"].HexHash(), a["time"].Integer(), a.Optional("failureBound")?.Integer()) : null;
        return new RouteClaim(
            route["asked"].Text(MaxAsked), route["chosen"].Label(), account, route.Optional("latency")?.Integer(), route.Optional("price")?.Integer(),
            [.. route["others"].Items(MostOthers).Select(o => new RoutedOther(o["name"].Label(), o["reason"].Label()))],
            route.Optional("cover")?.Integer());
    }
}
