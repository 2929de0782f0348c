using System.Text.Json;
using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Statements;

namespace Assay.Client;

/// <summary>Whether an answer of the Open Inference Protocol is what its receipt commits to.</summary>
internal static class TensorCheck
{
    private static readonly string[] Members = ["model_name", "model_version", "id", "outputs", "assay"];

    /// <returns>What differs, in one line, or null.</returns>
    public static string? Difference(ReadOnlyMemory<byte> request, ReadOnlyMemory<byte> answer, Receipt receipt, Disclosures shown)
    {
        try
        {
            if (receipt.Output.Kind != OutputKind.Tensors)
                return "the receipt's output is no tensors";
            if (shown.Input is not { } input || shown.Output is not { } output)
                return "the bundle does not open its input and output";
            using var asked = JsonDocument.Parse(request);
            using var answered = JsonDocument.Parse(answer, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (Frame(asked.RootElement, answered.RootElement, receipt) is { } frame)
                return frame;
            if (TensorJson.Difference(asked.RootElement.GetProperty("inputs"), CanonicalTensors.Read(input.Bytes), isAnswer: false) is { } given)
                return $"what was sent is not what was run: {given}";
            return TensorJson.Difference(answered.RootElement.GetProperty("outputs"), CanonicalTensors.Read(output.Bytes), isAnswer: true, Wanted(asked.RootElement)) is { } got
                ? $"what was answered is not what was signed: {got}"
                : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentNullException)
        {
            return $"request and answer cannot be compared with the receipt: {e.Message}";
        }
    }

    // Whatever a caller can read of an answer is either checked or not there.
    private static string? Frame(JsonElement asked, JsonElement answered, Receipt receipt)
    {
        foreach (var member in answered.EnumerateObject())
            if (!Members.Contains(member.Name))
                return "the answer has a member that no receipt vouches for";
        if (answered.GetProperty("model_name").GetString() != receipt.Model.Name || answered.GetProperty("model_version").GetString() != receipt.Model.Version)
            return "the answer names another model than its receipt";
        var id = asked.TryGetProperty("id", out var own) ? own.GetString() : receipt.RecordId;
        return answered.GetProperty("id").GetString() == id ? null : "the answer has another id than this request";
    }

    private static string[]? Wanted(JsonElement request) =>
        request.TryGetProperty("outputs", out var outputs) && outputs is { ValueKind: JsonValueKind.Array } && outputs.GetArrayLength() > 0
            ? [.. outputs.EnumerateArray().Select(o => o.GetProperty("name").GetString()!)]
            : null;
}
