using System.IO.Enumeration;
using Assay.Engine.Models;
using Assay.Engine.Models.Language;

namespace Assay.Store;

public sealed partial class ModelStore
{
    /// <summary>Opens a stored language model. Its blobs are hashed again, then read in place as long as it is open.</summary>
    /// <param name="contextLength">Positions to prepare for, or null for what the model was made for.</param>
    /// <exception cref="ModelException">It is no language model.</exception>
    /// <exception cref="StoreException">The disk no longer holds what was stored.</exception>
    public LanguageModel OpenLanguage(StoredModel model, int? contextLength = null)
    {
        if (!model.IsLanguage)
            throw new ModelException($"{model.Reference} is no language model: its format is {model.Format}");
        foreach (var file in model.Files)
            Blobs.Check(file.Sha256);
        return LanguageModel.Open(model.Files.ToDictionary(f => f.Name, f => Blobs.PathOf(f.Sha256), StringComparer.Ordinal), contextLength);
    }

    /// <summary>Whether a file, or some file of a folder, has a name that a model's file has. What is in it is not looked at.</summary>
    public static bool NamesModel(string path)
    {
        if (!Directory.Exists(path))
            return IsNamed(path);
        // Links are looked at and not followed: they may lead in a circle.
        var everything = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = true };
        return new FileSystemEnumerable<bool>(path, (ref FileSystemEntry entry) => !entry.IsDirectory && IsNamed(entry.FileName), everything)
        {
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        }.Any(named => named);

        static bool IsNamed(ReadOnlySpan<char> name) => System.IO.Path.GetExtension(name) is var extension
            && (extension.Equals(".onnx", StringComparison.Ordinal) || extension.Equals(".gguf", StringComparison.OrdinalIgnoreCase) || extension.Equals(".safetensors", StringComparison.Ordinal));
    }

    // A folder with an .onnx file is what it always was, whatever else lies in it.
    private static string FormatOf(IReadOnlyCollection<string> names) =>
        names.Any(n => n.EndsWith(".onnx", StringComparison.Ordinal)) ? "onnx"
        : names.Any(n => n.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)) ? "gguf"
        : names.Contains("config.json", StringComparer.Ordinal) && names.Any(n => n.EndsWith(".safetensors", StringComparison.Ordinal)) ? "safetensors"
        : "onnx";
}
