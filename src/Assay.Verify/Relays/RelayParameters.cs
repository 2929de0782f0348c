using System.Text;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Json;
using Assay.Verify.Statements;

namespace Assay.Verify.Relays;

/// <summary>An upstream's own receipt, which stands in what it sent.</summary>
/// <param name="Sha256">Of its signed payload.</param>
public sealed record UpstreamReceipt(string RecordId, Hash Sha256)
{
    /// <summary>The receipt in an answer's or a last chunk's JSON; null where there is none that can be read.</summary>
    public static UpstreamReceipt? In(ReadOnlySpan<byte> json)
    {
        try
        {
            if (JsonMembers.Find(json, "assay") is not { } member)
                return null;
            var envelope = Envelope.Parse(JsonAt.Root(StrictJson.Parse(member, Bundle.MaxSize), "assay")["envelope"]);
            return new UpstreamReceipt(Receipt.Parse(envelope.Payload.Span).RecordId, Crypto.Sha256.Of(envelope.Payload.Span));
        }
        catch (Exception e) when (e is MalformedException or UnsupportedException)
        {
            return null;
        }
    }
}

/// <summary>What a receipt of a relay says in <c>parameters</c> (docs/spec/receipt.md, Relays).</summary>
public sealed record RelayParameters
{
    /// <summary><c>chat</c>, <c>completion</c>, or <c>none</c> of what was lost.</summary>
    public required string Api { get; init; }

    public required ulong Ticket { get; init; }

    public required bool Streams { get; init; }

    public required RelayDescription Upstream { get; init; }

    /// <summary>Of HTTP; null where no answer came.</summary>
    public int? Status { get; init; }

    public UpstreamReceipt? Receipt { get; init; }

    /// <summary>Null where the caller asked for the relay by its name.</summary>
    public RouteClaim? Route { get; init; }

    /// <summary>Why the record is void: <c>cancelled</c>, <c>failed</c> or <c>lost</c>; null where the answer is whole.</summary>
    public string? Void { get; init; }

    /// <summary>What the upstream is sent as its caller's nonce, so that its receipt names ours.</summary>
    public static string NonceOf(string recordId) => Sha256.Of(Encoding.ASCII.GetBytes("assay/relay-nonce/v1\n" + recordId)).ToHex();

    public JsonValue ToJson() => StrictJson.Parse(StrictJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("api", Api);
        json.WriteString("outcome", Void is null ? "answer" : "void");
        if (Void is not null)
            json.WriteString("reason", Void);
        json.WriteNumber("ticket", Ticket);
        json.WriteBoolean("stream", Streams);
        json.WriteStartObject("upstream");
        json.WriteString("url", Upstream.Url);
        json.WriteString("model", Upstream.Model);
        json.WriteString("claims", Upstream.Claims);
        if (Status is { } status)
            json.WriteNumber("status", status);
        json.WriteEndObject();
        if (Receipt is { } receipt)
        {
            json.WriteStartObject("receipt");
            json.WriteString("recordId", receipt.RecordId);
            json.WriteString("sha256", receipt.Sha256.ToHex());
            json.WriteEndObject();
        }
        Route?.Write(json);
        json.WriteEndObject();
    }), 1 << 16);

    /// <exception cref="MalformedException">Not the parameters of a relay.</exception>
    public static RelayParameters Read(JsonValue value)
    {
        var json = new JsonAt(value, "predicate.parameters");
        var (upstream, isVoid) = (json["upstream"], json["outcome"].Text() == "void");
        if (!isVoid)
            json["outcome"].MustBe("answer");
        return new RelayParameters
        {
            Api = json["api"].Label(),
            Ticket = json["ticket"].Integer(),
            Streams = json["stream"].Boolean(),
            Upstream = new RelayDescription(upstream["url"].Text(RelayDescription.MaxUrl), upstream["model"].Text(RelayDescription.MaxName), upstream["claims"].Text(RelayDescription.MaxName)),
            Status = upstream.Optional("status") is { } status ? (int)status.Integer(100, 999) : null,
            Receipt = json.Optional("receipt") is { } receipt ? new UpstreamReceipt(receipt["recordId"].Text(32), receipt["sha256"].HexHash()) : null,
            Route = RouteClaim.Read(json),
            Void = !isVoid ? null : json["reason"].Text() is "cancelled" or "failed" or "lost" ? json["reason"].Text() : throw json["reason"].Wrong("\"cancelled\", \"failed\" or \"lost\""),
        };
    }
}
