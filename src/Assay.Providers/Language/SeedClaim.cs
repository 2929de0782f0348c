using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Providers.Language;

/// <summary>Where an answer's seed comes from, as its receipt says it (docs/spec/receipt.md, Language models).</summary>
public abstract record SeedClaim
{
    private SeedClaim()
    {
    }

    /// <summary>The request named it.</summary>
    public sealed record Client(long Value) : SeedClaim;

    /// <summary>Derived from what the node cannot choose.</summary>
    /// <param name="Key">Id of the serving key that the answer was begun under.</param>
    /// <param name="Ticket">The answer's number under it.</param>
    public sealed record Node(Hash Key, ulong Ticket) : SeedClaim;

    /// <summary>The 32 bytes.</summary>
    /// <param name="nonce">The caller's, if it sent one.</param>
    /// <param name="input">The prompt's canonical encoding.</param>
    public ImmutableArray<byte> Derive(string? nonce, ReadOnlySpan<byte> input) =>
    [
        .. (this switch
        {
            Client client => AnswerSeed.OfClient(client.Value),
            Node node => AnswerSeed.OfNode(node.Key, node.Ticket, nonce, input),
            _ => throw new InvalidOperationException("a kind of seed that nobody derives"),
        }).ToArray(),
    ];

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("seed");
        if (this is Client client)
        {
            json.WriteString("kind", "client");
            json.WriteString("value", client.Value.ToString(CultureInfo.InvariantCulture));
        }
        else if (this is Node node)
        {
            json.WriteString("kind", "node");
            json.WriteString("key", node.Key.ToHex());
            json.WriteNumber("ticket", node.Ticket);
        }
        json.WriteEndObject();
    }

    internal static SeedClaim Read(JsonAt json) => json["kind"].Text() switch
    {
        "client" => long.TryParse(json["value"].Text(20), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? new Client(value)
            : throw json["value"].Wrong("a whole number of 64 bits"),
        "node" => new Node(json["key"].HexHash(), json["ticket"].Integer()),
        _ => throw json["kind"].Wrong("\"client\" or \"node\""),
    };
}
