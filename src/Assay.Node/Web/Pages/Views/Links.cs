using Assay.Verify.Logs;

namespace Assay.Node.Web.Pages.Views;

/// <summary>Addresses of pages.</summary>
internal static class Links
{
    public static string Receipt(string recordId) => $"/receipts/{recordId}";

    public static string Model(string name) => $"/models/{Uri.EscapeDataString(name)}";

    public static string Account(in Verify.Crypto.Hash id, int? segment = null) => $"/accounts/{id.ToHex()}{(segment is { } place ? $"?segment={place + 1}" : "")}";

    public static string Observed(in Verify.Crypto.Hash id, int? segment = null) => $"/accounts/observed/{id.ToHex()}{(segment is { } place ? $"?segment={place + 1}" : "")}";

    public static string Market { get; } = "/market";

    public static string Participant(ulong number) => $"/market/participants/{number}";

    public static string Cover(ulong number) => $"/market/covers/{number}";

    public static string Auction(ulong number) => $"/market/auctions/{number}";

    /// <summary>The accounts of all who run a model.</summary>
    public static string AccountsOf(in Verify.Crypto.Hash model) => $"/accounts?model={model.ToHex()}";

    public static string Provider(string origin) => $"/providers/{string.Join('/', origin.Split('/').Select(Uri.EscapeDataString))}";

    /// <summary>A serving key is shown on the page of the model that it signs for.</summary>
    public static string? Key(KeyState key, LogState state) =>
        state.Models.FirstOrDefault(m => m.Event.Manifest == key.Segment.Model) is { } model
            ? $"{Model(model.Event.Name)}#key-{key.Key.Id.ToHex()}"
            : null;

    /// <summary>The live log, wound back so that this entry is its first line.</summary>
    public static string Entry(ulong index) => $"/?before={index + 1}#log";
}
