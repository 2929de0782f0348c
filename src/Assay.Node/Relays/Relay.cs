using System.Globalization;
using Assay.Reliability.Routing;
using Assay.Store;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Json;
using Assay.Verify.Relays;

namespace Assay.Node.Relays;

/// <summary>What a million tokens cost, in millionths of whatever unit the operator reckons in.</summary>
public sealed record RelayPrice(ulong In, ulong Out)
{
    /// <summary>A decimal with at most six digits after its point, in millionths.</summary>
    /// <exception cref="NodeException">It is none, or not below 2^53 millionths.</exception>
    public static ulong Parse(string text) =>
        Millionths.Parse(text) is { } value and <= StrictJson.MaxInteger
            ? value
            : throw new NodeException(NodeFault.BadRequest, $"'{StrictJson.Shown(text)}' is no price: a number such as 2.5, with at most six digits after its point");

    public static string Text(ulong millionths) => (millionths / 1_000_000m).ToString("0.######", CultureInfo.InvariantCulture);
}

/// <summary>A model that runs elsewhere, as the operator has added it.</summary>
/// <param name="Price">Null where the operator said none.</param>
/// <param name="AddedAt">Unix milliseconds.</param>
/// <param name="Account">Id of the account that its operator says is of whoever answers there; null where none is named.</param>
public sealed record Relay(string Name, RelayDescription Description, RelayPrice? Price, long AddedAt, Hash? Account = null)
{
    private const string MediaType = "application/vnd.assay.relay.v1+json";

    /// <summary>What the log publishes of it, and receipts call it.</summary>
    public StoredModel Model { get; } = new(Name, Description.Version, RelayDescription.Format, Description.Manifest, Description.Digest, Description.Files, AddedAt);

    /// <summary>As it is kept. Its key is elsewhere.</summary>
    public byte[] ToBytes() => StrictJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("mediaType", MediaType);
        json.WriteString("name", Name);
        json.WriteString("url", Description.Url);
        json.WriteString("model", Description.Model);
        json.WriteString("claims", Description.Claims);
        if (Price is { } price)
        {
            json.WriteNumber("priceIn", price.In);
            json.WriteNumber("priceOut", price.Out);
        }
        json.WriteNumber("addedAt", AddedAt);
        if (Account is { } account)
            json.WriteString("account", account.ToHex());
        json.WriteEndObject();
    });

    /// <exception cref="MalformedException">Not such a record.</exception>
    public static Relay Parse(ReadOnlySpan<byte> bytes)
    {
        var json = JsonAt.Root(StrictJson.Parse(bytes, 1 << 16), "relay").Only("mediaType", "name", "url", "model", "claims", "priceIn", "priceOut", "addedAt", "account");
        json["mediaType"].MustBe(MediaType);
        var description = new RelayDescription(json["url"].Text(), json["model"].Text(), json["claims"].Text());
        description.Check();
        var price = json.Optional("priceIn") is { } given ? new RelayPrice(given.Integer(), json["priceOut"].Integer()) : null;
        return new Relay(json["name"].Label(), description, price, (long)json["addedAt"].Integer(), json.Optional("account")?.HexHash());
    }
}
