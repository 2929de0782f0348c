using System.Formats.Tar;
using System.IO.Compression;
using Assay.Engine.Models;

namespace Assay.Engine.Conformance;

/// <summary>
/// Reads the ONNX backend test suite from one <c>.tar.gz</c>: the folders <c>node</c>, <c>simple</c>, <c>pytorch-converted</c> and
/// <c>pytorch-operator</c> with a folder for each test, and <c>light</c> with two files for each.
/// </summary>
/// <remarks>Source: github.com/onnx/onnx, docs/OnnxBackendTest.md and onnx/backend/test/data.</remarks>
public static class SuiteArchive
{
    /// <summary>Bytes of the archive once it is unpacked, at most.</summary>
    public const int MaxBytes = 1 << 28;

    /// <summary>Files in it, at most.</summary>
    public const int MaxFiles = 200_000;

    /// <summary>The folders of the suite.</summary>
    public static IReadOnlyList<string> Folders { get; } = ["node", "simple", "pytorch-converted", "pytorch-operator", SuiteTest.Light];

    /// <summary>All tests, in the order of their names.</summary>
    /// <exception cref="ModelException">It is not such an archive, or a limit is passed.</exception>
    public static IReadOnlyList<SuiteTest> ReadFile(string path)
    {
        using var file = File.OpenRead(path);
        return Read(file);
    }

    /// <inheritdoc cref="ReadFile"/>
    public static IReadOnlyList<SuiteTest> Read(Stream gzipped)
    {
        try
        {
            return Tests(Unpack(gzipped));
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or NotSupportedException or ArgumentException or OverflowException)
        {
            throw new ModelException($"not a gzipped tar archive: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    // Unpacked as a whole first: then nothing that the archive says can cost more than these bytes.
    private static MemoryStream Unpack(Stream gzipped)
    {
        using var gzip = new GZipStream(gzipped, CompressionMode.Decompress);
        var bytes = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int n; (n = gzip.Read(buffer)) > 0;)
        {
            if (bytes.Length + n > MaxBytes)
                throw new ModelException($"the archive unpacks to more than {MaxBytes} bytes");
            bytes.Write(buffer, 0, n);
        }
        bytes.Position = 0;
        return bytes;
    }

    private static List<SuiteTest> Tests(MemoryStream unpacked)
    {
        var tests = new SortedDictionary<string, Dictionary<string, byte[]>>(StringComparer.Ordinal);
        using var tar = new TarReader(unpacked);
        var count = 0;
        while (tar.GetNextEntry() is { } entry)
        {
            if (++count > MaxFiles)
                throw new ModelException($"the archive has more than {MaxFiles} entries");
            if (entry.DataStream is null || Place(entry.Name) is not var (test, file))
                continue;
            var bytes = new byte[entry.DataStream.Length];
            entry.DataStream.ReadExactly(bytes);
            if (!tests.TryGetValue(test, out var files))
                tests[test] = files = new(StringComparer.Ordinal);
            if (!files.TryAdd(file, bytes))
                throw new ModelException($"'{test}/{file}' is in the archive twice");
        }
        return [.. tests.Where(t => t.Value.ContainsKey(SuiteTest.ModelFile))
            .Select(t => new SuiteTest(t.Key[..t.Key.IndexOf('/', StringComparison.Ordinal)], t.Key[(t.Key.IndexOf('/', StringComparison.Ordinal) + 1)..], t.Value))];
    }

    /// <summary>The test that a file belongs to (<c>node/test_abs</c>) and its name there; null for files of no test.</summary>
    private static (string Test, string File)? Place(string path)
    {
        var parts = path.TrimStart('.', '/').Split('/', 3);
        if (!Folders.Contains(parts[0]))
            return null;
        if (parts.Length == 3)
            return ($"{parts[0]}/{parts[1]}", parts[2]);
        const string Model = ".onnx", Output = "_output_0.pb";
        if (parts.Length != 2 || parts[0] != SuiteTest.Light)
            return null;
        if (parts[1].EndsWith(Model, StringComparison.Ordinal))
            return ($"{parts[0]}/{parts[1][..^Model.Length]}", SuiteTest.ModelFile);
        if (parts[1].EndsWith(Output, StringComparison.Ordinal))
            return ($"{parts[0]}/{parts[1][..^Output.Length]}", "test_data_set_0/output_0.pb");
        return null;
    }
}
