using Assay.Verify.Logs;

namespace Assay.Node.Web.Pages.Views;

/// <summary>Addresses of pages.</summary>
internal static class Links
{
    public static string Receipt(string recordId) => $"/receipts/{recordId}";

    public static string Model(string name) => $"/models/{Uri.EscapeDataString(name)}";

    /// <summary>A serving key is shown on the page of the model that it signs for.</summary>
    public static string? Key(KeyState key, LogState state) =>
        state.Models.FirstOrDefault(m => m.Event.Manifest == key.Segment.Model) is { } model
            ? $"{Model(model.Event.Name)}#key-{key.Key.Id.ToHex()}"
            : null;

    /// <summary>The live log, wound back so that this entry is its first line.</summary>
    public static string Entry(ulong index) => $"/?before={index + 1}#log";
}
