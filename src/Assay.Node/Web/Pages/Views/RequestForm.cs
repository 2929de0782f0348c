using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using Assay.Engine.Models;

namespace Assay.Node.Web.Pages.Views;

/// <summary>What an inference request for a model looks like. Shown as a file, never as part of a shell line: the names in it come from outside.</summary>
internal static class RequestForm
{
    public static string Of(ImmutableArray<ValueInfo> inputs)
    {
        var lines = inputs.Select(input =>
        {
            var type = input.Type is { } t ? InferenceJson.NameOf(t) : "FP32";
            // Where the model leaves an extent open, the form shows 1.
            var shape = input.Dims.IsDefault ? [1] : input.Dims.Select(d => Math.Max(d, 1)).ToArray();
            var count = shape.Aggregate(1L, (product, d) => product * d);
            return $"  {{\"name\": {Quoted(input.Name)}, \"datatype\": \"{type}\",\n   \"shape\": [{string.Join(", ", shape)}], \"data\": [{Data(count)}]}}";
        });
        return $"{{\"inputs\": [\n{string.Join(",\n", lines)}]}}";
    }

    private static string Data(long count) => count == 1 ? "0" : $"{Show.Number(count)} numbers";

    private static string Quoted(string name) =>
        Show.Text($"\"{JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"");
}
