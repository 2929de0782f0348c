using System.Collections.Immutable;
using Assay.Engine.Models.Int8;
using Assay.Engine.Models.Onnx.Wire;
using Google.Protobuf;

namespace Assay.Engine.Models.Onnx;

/// <summary>Reads an ONNX file and lowers it to a <see cref="Graph"/>.</summary>
/// <remarks>Source: github.com/onnx/onnx, docs/IR.md (format), docs/Operators.md and docs/Changelog.md (operators by opset).</remarks>
public static class OnnxModel
{
    /// <summary>The newest version of the default operator set whose meaning is known here.</summary>
    public const int NewestOpset = 28;

    /// <summary>The domain of the operators of assay-int8-v1, version 1.</summary>
    public const string Int8Domain = "assay.int8";

    /// <summary>Reads untrusted bytes.</summary>
    /// <param name="bytes">The file. Large constants are views of a copy made in parsing, not of these bytes.</param>
    /// <param name="files">Where tensors kept outside the file may be read; none by default.</param>
    /// <param name="limits">What the file may ask for at most.</param>
    /// <exception cref="ModelException">It is not a model that can be run: the one-line message names the node and what is wrong with it.</exception>
    public static Graph Read(ReadOnlySpan<byte> bytes, ModelFiles? files = null, ReadLimits? limits = null) => Read(bytes, files, limits, unfolds: false);

    /// <summary>Reads untrusted bytes; with <paramref name="unfolds"/>, operators on quantised tensors as floats that are rounded, so that their scales show.</summary>
    internal static Graph Read(ReadOnlySpan<byte> bytes, ModelFiles? files, ReadLimits? limits, bool unfolds)
    {
        limits ??= ReadLimits.Default;
        if (bytes.IsEmpty)
            throw new ModelException("the file is empty");
        if (bytes.Length > limits.FileBytes)
            throw new ModelException($"a file of {bytes.Length} bytes, above {limits.FileBytes}");
        WireScan.Check(bytes, limits);
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new ModelException($"truncated, or not an ONNX file: {e.Message}", e);
        }
        if (model.Graph is null)
            throw new ModelException("not an ONNX model: there is no graph");
        var tensors = new TensorMessages(files ?? ModelFiles.None, limits);
        var graph = new Lowering(limits, tensors, new(Context.Versions(model.OpsetImport)) { Unfolds = unfolds }, new(model.Functions)).Lower(model.Graph, Metadata(model));
        Int8Graphs.Check(graph);
        return graph;
    }

    /// <summary>Reads a file; tensors kept outside it are read from its folder.</summary>
    /// <inheritdoc cref="Read(ReadOnlySpan{byte}, ModelFiles?, ReadLimits?)"/>
    public static Graph ReadFile(string path, ReadLimits? limits = null) => ReadFile(path, limits, unfolds: false);

    internal static Graph ReadFile(string path, ReadLimits? limits, bool unfolds)
    {
        var size = new FileInfo(path).Length;
        if (size > (limits ?? ReadLimits.Default).FileBytes || size > Array.MaxLength)
            throw new ModelException($"a file of {size} bytes, above {Math.Min((limits ?? ReadLimits.Default).FileBytes, Array.MaxLength)}");
        return Read(File.ReadAllBytes(path), ModelFiles.InFolder(Path.GetDirectoryName(Path.GetFullPath(path))!), limits, unfolds);
    }

    /// <summary>Enough of a foreign string for a message.</summary>
    internal static string Cut(string text)
    {
        var clean = new string([.. text.Take(80).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)]);
        return text.Length > 80 ? clean + "…" : clean;
    }

    private static ImmutableSortedDictionary<string, string> Metadata(ModelProto model)
    {
        var all = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var entry in model.MetadataProps)
            all[entry.Key] = entry.Value;
        return all.ToImmutable();
    }
}
