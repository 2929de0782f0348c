using Assay.Audit.Histories;
using Assay.Reliability.Statistics;

namespace Assay.Bench.Oracles;

/// <summary>
/// GPT-4's change between March and June 2023 (Chen, Zaharia and Zou 2023): its answers to 1,000 questions in shuffled order, then those of
/// the later version; how many audits after the change the detector alarms. q0 = 0.2, ratios 5/4, 3/2, 2, 3.
/// </summary>
internal static class ChangeBench
{
    /// <summary>Options: <c>--file</c> (prime.csv.gz of LLMDrift), <c>--shuffles</c>.</summary>
    public static async Task<List<Row>> RunAsync(Arguments arguments)
    {
        var (file, shuffles) = (arguments.Text("--file", ""), arguments.Number("--shuffles", 200));
        arguments.RefuseOthers();
        if (!File.Exists(file))
            throw new UsageException("--file needs prime.csv.gz of LLMDrift (generation/PRIME_FULL_EVAL.csv, packed or not)");
        var versions = History.Read("llmdrift-prime", Path.GetFileName(file), await File.ReadAllBytesAsync(file))
            .Where(i => i.Observed.Service.StartsWith("openaichat/gpt-4,", StringComparison.Ordinal)).Select(i => i.Batch.Letters!.ToCharArray()).ToList();
        if (versions.Count != 2)
            throw new BenchException($"the file has {versions.Count} versions of GPT-4: two are right");
        var (before, after, dice, delays) = (versions[0], versions[1], new Random(2023), new List<double>());
        var detector = new ChangeDetector(200_000, [20, 24, 32, 48]);
        for (var shuffle = 0; shuffle < shuffles; shuffle++)
        {
            dice.Shuffle(before);
            dice.Shuffle(after);
            delays.Add(FirstAlarm(detector, [.. before, .. after]) - before.Length);
        }
        return
        [
            Row.Of("GPT-4, March to June 2023: audits from the change to the alarm", "audits", Row.Lower, delays),
            Row.Of("of them, alarms before the change", "shuffles", Row.Lower, delays.Count(d => d <= 0)) with { Total = shuffles },
        ];
    }

    private static int FirstAlarm(ChangeDetector detector, char[] letters)
    {
        var state = new UInt128[detector.Ratios.Length];
        for (var i = 0; i < letters.Length; i++)
        {
            detector.Step(state, letters[i] != 'p');
            if (ChangeDetector.Alarms(state))
                return i + 1;
        }
        return int.MaxValue;
    }
}
