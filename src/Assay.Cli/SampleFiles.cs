using System.Globalization;
using Assay.Engine.Models;
using Assay.Engine.Quantization;

namespace Assay.Cli;

/// <summary>Many inputs of one model, from files and folders: for calibration, and with labels for a count of right answers.</summary>
internal static class SampleFiles
{
    private const int MostSamples = 1 << 20;
    private const long MostLabelBytes = 1L << 28;

    private static readonly string[] Known = [".npy", ".pb", ".json", ".png"];

    /// <summary>One input for each file; of a folder, for each file in it, or for each folder in it that holds one file an input. A tensor of many inputs is cut along its first axis.</summary>
    /// <exception cref="ModelException">A file is no input of the model.</exception>
    public static List<IReadOnlyDictionary<string, Tensor>> Read(Graph graph, IReadOnlyList<string> paths)
    {
        var samples = new List<IReadOnlyDictionary<string, Tensor>>();
        foreach (var path in paths)
        {
            if (!Directory.Exists(path))
            {
                Add(graph, [path], samples);
                continue;
            }
            var folders = Directory.GetDirectories(path).Order(StringComparer.Ordinal).ToArray();
            var files = Files(path);
            if (graph.Inputs.Length == 1)
                foreach (var file in files)
                    Add(graph, [file], samples);
            else if (files.Length > 0)
                Add(graph, files, samples);
            foreach (var folder in folders)
                if (InputsIn(graph, Files(folder)) is { Length: > 0 } inputs)
                    Add(graph, inputs, samples);
            if (samples.Count == 0)
                throw new ModelException($"'{path}' holds no {string.Join(", ", Known)}, nor folders with such files");
        }
        return samples;
    }

    /// <summary>Inputs with their labels: a file of lines "PATH LABEL", the paths relative to it.</summary>
    /// <exception cref="ModelException">A line is not that, or a file is no input of the model.</exception>
    public static IEnumerable<LabelledInput> ReadLabelled(Graph graph, string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
            throw new FileNotFoundException($"there is no file '{path}'");
        if (file.Length > MostLabelBytes)
            throw new ModelException($"{path}: {file.Length} bytes, above {MostLabelBytes}");
        var folder = file.DirectoryName!;
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (line.Length == 0 || line[0] == '#')
                continue;
            var end = line.TrimEnd().LastIndexOfAny([' ', '\t', ',']);
            if (end < 1 || !int.TryParse(line[(end + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var label))
                throw new ModelException($"{path}, line {number}: not a path and a label");
            foreach (var sample in Read(graph, [Path.Combine(folder, line[..end].Trim())]))
                yield return new(sample, label);
        }
    }

    // A .json beside folders or other inputs describes them.
    private static string[] Files(string folder)
    {
        var files = Directory.GetFiles(folder).Where(f => Known.Contains(Path.GetExtension(f).ToLowerInvariant())).Order(StringComparer.Ordinal).ToArray();
        var others = Array.FindAll(files, f => !Path.GetExtension(f).Equals(".json", StringComparison.OrdinalIgnoreCase));
        return others.Length > 0 || Directory.GetDirectories(folder).Length > 0 ? others : files;
    }

    // Beside its inputs, a folder of reference data often holds the outputs: in.NAME.npy says which is which.
    private static string[] InputsIn(Graph graph, string[] files)
    {
        var named = files.Where(f => graph.Inputs.Any(id => Path.GetFileNameWithoutExtension(f) == "in." + graph.Values[id].Name)).ToArray();
        return named.Length > 0 ? named : files;
    }

    private static void Add(Graph graph, string[] files, List<IReadOnlyDictionary<string, Tensor>> samples)
    {
        var read = Inputs.Read(graph, files, null);
        if (read.Count == 1 && graph.Inputs is [var only] && graph.Values[only].Dims is { IsDefault: false } dims && dims is [1, ..]
            && read.First() is var (name, tensor) && tensor.Shape.Rank == dims.Length && tensor.Shape[0] > 1)
        {
            var size = tensor.Bytes.Length / tensor.Shape[0];
            for (var i = 0; i < tensor.Shape[0]; i++)
                Keep(new Dictionary<string, Tensor>(StringComparer.Ordinal)
                {
                    [name] = Tensor.Wrap(tensor.Type, Shape.Of([1, .. tensor.Shape.Dims[1..]]), tensor.Bytes.Slice(i * size, size).ToArray()),
                });
            return;
        }
        Keep(read);

        void Keep(IReadOnlyDictionary<string, Tensor> sample)
        {
            if (samples.Count == MostSamples)
                throw new ModelException($"more than {MostSamples} inputs");
            samples.Add(sample);
        }
    }
}
