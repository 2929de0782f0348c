using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Assay.Proofs.Tests.Files;

/// <summary>docs/spec/proofs.md, section 11: proofs that are kept today are read for ever.</summary>
public sealed class FrozenTests
{
    /// <summary>Whoever has to change this digest is making another version: the files of this one stay as they are, beside its own.</summary>
    [Fact]
    public void The_golden_files_of_version_1_are_these() =>
        Assert.Equal(
            "4892f40534b5f8e2a624ff80da9097b792ffb431ee4765d857879a0fe7a94956", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', Golden())))));

    private static readonly string[] Files =
        ["attention.json", "convolutional.json", "dense.json", "every.json", "weights/convolutional.json", "weights/dense.json", "weights/evidence.json", "weights/parts.json", "windows.json"];

    // What is said of changed bytes is left out: more of it may be written down.
    private static IEnumerable<string> Golden() =>
        from file in Files
        let path = Path.Combine(CommitmentEdgeTests.Folder("docs/spec/vectors/proofs"), file)
        let json = JsonDocument.Parse(File.ReadAllBytes(path)).RootElement
        from member in json.EnumerateObject()
        where member.Name is "commitment" or "modelId" or "context" or "batch" or "input" or "output" or "proof" or "weights"
        select $"{Path.GetFileName(path)} {member.Name} {member.Value}";
}
