using System.IO.Compression;
using System.Text;

namespace Assay.Reliability.Tests.Statistics;

/// <summary>Answers that hosted models gave, from the test data.</summary>
internal static class RealAnswers
{
    /// <summary>Whether each of a model's answers to "is this a prime?" was wrong. The last "[Yes]" or "[No]" of an answer is its word; no word is a failure.</summary>
    public static bool[] PrimeFailures(string model)
    {
        using var file = new GZipStream(File.OpenRead(TestData.Require("reliability/llmdrift/prime.csv.gz")), CompressionMode.Decompress);
        using var reader = new StreamReader(file, Encoding.UTF8);
        var rows = Csv.Rows(reader).ToList();
        var (name, right, given) = (rows[0].IndexOf("model"), rows[0].IndexOf("ref_answer"), rows[0].IndexOf("answer"));
        return [.. rows.Skip(1).Where(r => r[name] == model).Select(r => !string.Equals(Word(r[given]), r[right], StringComparison.OrdinalIgnoreCase))];

        static string Word(string answer) =>
            answer.LastIndexOf("[yes]", StringComparison.OrdinalIgnoreCase) > answer.LastIndexOf("[no]", StringComparison.OrdinalIgnoreCase) ? "yes"
            : answer.Contains("[no]", StringComparison.OrdinalIgnoreCase) ? "no" : "";
    }
}
