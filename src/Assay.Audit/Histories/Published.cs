using System.IO.Compression;
using System.Text;
using Assay.Audit.Oracles;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Audit.Histories;

/// <summary>One reader for each history.</summary>
internal static class Published
{
    private const double FirstToken = 1.0, Total = 10.0;
    private const string InTime = "a call passes that brought its first token within 1 s and ended within 10 s; an error is no answer";

    /// <summary>thefastest.ai: probes of public APIs from several regions; a region is a place to ask from, so a segment of its own.</summary>
    public static IEnumerable<Imported> Thefastest(byte[] bytes, History.Source source)
    {
        var csv = Csv.Parse(Reader(bytes), "time_utc", "region", "provider", "model", "ttft_s", "total_time_s", "error");
        var calls = csv.Rows.Select(row => (
            Time: History.Time(csv[row, "time_utc"]), Region: csv[row, "region"], Provider: csv[row, "provider"], Model: csv[row, "model"],
            Letter: csv[row, "error"].Length > 0 ? 'n' : Timely(csv[row, "ttft_s"], csv[row, "total_time_s"])));
        foreach (var day in calls.GroupBy(c => (c.Provider, c.Model, c.Region, c.Time.Date)).OrderBy(d => d.Key.Date))
        {
            var observed = source.Observed(day.Key.Provider, day.Key.Model, $"thefastest.ai {day.Key.Provider} from {day.Key.Region}", ObservationOracle.Service, $"thefastest.ai: {InTime}");
            foreach (var batch in History.Batches(day.Min(c => c.Time), day.Max(c => c.Time), day.OrderBy(c => c.Time).Select(c => c.Letter)))
                yield return new Imported(observed, batch);
        }
    }

    /// <summary>LLMPerf leaderboard, December 2023: single requests in the order of the file, which has no times but the month.</summary>
    public static IEnumerable<Imported> Llmperf(byte[] bytes, History.Source source)
    {
        var csv = Csv.Parse(Reader(bytes), "provider", "model_size", "i", "error_code", "ttft_s", "end_to_end_latency_s");
        var (from, to) = (History.Time("2023-12-01T00:00:00Z"), History.Time("2023-12-31T00:00:00Z"));
        foreach (var calls in csv.Rows.GroupBy(row => (Provider: csv[row, "provider"], Size: csv[row, "model_size"])))
        {
            var observed = source.Observed(calls.Key.Provider, $"llama-2-{calls.Key.Size}-chat", $"llmperf {calls.Key.Provider}", ObservationOracle.Service, $"llmperf: {InTime}");
            var letters = calls.OrderBy(row => History.Number(csv[row, "i"])).Select(row => csv[row, "error_code"].Length > 0 ? 'n' : Timely(csv[row, "ttft_s"], csv[row, "end_to_end_latency_s"]));
            foreach (var batch in History.Batches(from, to, letters))
                yield return new Imported(observed, batch);
        }
    }

    /// <summary>
    /// Scores per vendor as a model's maker published them, with later corrections: a score passes that is at most two points of a hundred below
    /// the maker's own in the same table and version. Published are rates without their number, so one published score is one observation; a
    /// score that comes again unchanged is none.
    /// </summary>
    public static IEnumerable<Imported> Vendors(byte[] bytes, History.Source source, string maker)
    {
        var csv = Csv.Parse(Reader(bytes), "vendor", "metric", "value", "unit", "table", "date", "commit");
        var known = new Dictionary<(string, string, string), string>();
        var rows = csv.Rows.Select(row => (
            Date: History.Time(csv[row, "date"]), Commit: csv[row, "commit"], Vendor: csv[row, "vendor"], Metric: csv[row, "metric"], Table: csv[row, "table"], Value: csv[row, "value"],
            Points: History.Number(csv[row, "value"]) * (csv[row, "unit"] == "%" ? 1 : 100))).OrderBy(r => r.Date).ToList();
        var own = rows.Where(r => r.Vendor == maker && r.Points is not null).GroupBy(r => (r.Commit, r.Table, r.Metric)).ToDictionary(g => g.Key, g => g.First().Points!.Value);
        foreach (var row in rows)
        {
            if (row.Vendor == maker || (known.TryGetValue((row.Vendor, row.Table, row.Metric), out var before) && before == row.Value) || !own.TryGetValue((row.Commit, row.Table, row.Metric), out var best))
                continue;
            known[(row.Vendor, row.Table, row.Metric)] = row.Value;
            var observed = source.Observed(
                row.Vendor, row.Table, $"{maker} of {row.Vendor}", ObservationOracle.Graded, $"a published score in {row.Table} passes that is at most 2 points of 100 below {maker}'s own");
            yield return new Imported(observed, new Batch(row.Date, row.Date, row.Points is not { } points ? "n" : points >= best - 2 ? "p" : "f", null));
        }
    }

    /// <summary>One open model at many providers and quantisations: tasks solved by the second attempt, of those that were set.</summary>
    public static IEnumerable<Imported> AiderQuant(byte[] bytes, History.Source source)
    {
        foreach (var run in Items(Text(bytes)))
        {
            if (!run.TryGetValue("model", out var model) || !run.TryGetValue("date", out var date)
                || History.Number(run.GetValueOrDefault("test_cases", "")) is not { } cases || History.Number(run.GetValueOrDefault("pass_rate_2", "")) is not { } rate
                || cases is < 1 or > 10_000 || rate is < 0 or > 100)
                throw new AuditException("a run without model, date, test_cases or pass_rate_2");
            var (passed, time) = ((int)Math.Round(cases * rate / 100), History.Time(date));
            var observed = source.Observed(model, "Qwen2.5-Coder-32B-Instruct", $"aider {model}", ObservationOracle.Graded, "aider's edit benchmark: a task passes that was solved by the second attempt");
            // Which tasks failed is not published: the order says nothing.
            yield return new Imported(observed, new Batch(time, time, new string('p', passed) + new string('f', (int)cases - passed), null));
        }
    }

    /// <summary>
    /// Is this a prime? Asked of two versions of two models in 2023: March and June are one history of one name, as a caller of that name has it.
    /// The file begins with what is a prime and ends with what is none, so questions come in the order of the hash of their text.
    /// </summary>
    public static IEnumerable<Imported> Primes(byte[] bytes, History.Source source)
    {
        var csv = Csv.Parse(Reader(Unpacked(bytes)), "model", "query", "ref_answer", "answer");
        foreach (var name in (string[])["openaichat/gpt-3.5-turbo", "openaichat/gpt-4"])
        {
            var observed = source.Observed("", name, "llmdrift openaichat", ObservationOracle.Graded, "is this a prime: the last [Yes] or [No] is the answer's word, and an answer without one fails");
            foreach (var (version, date) in ((string, string)[])[("0301", "2023-03-01"), ("0314", "2023-03-14"), ("0613", "2023-06-13")])
            {
                var rows = csv.Rows.Where(row => csv[row, "model"] == $"{name}-{version}")
                    .OrderBy(row => Sha256.Of(Encoding.UTF8.GetBytes(csv[row, "query"])).ToHex(), StringComparer.Ordinal).ToList();
                foreach (var batch in History.Batches(History.Time(date), History.Time(date), rows.Select(row => IsRight(csv[row, "answer"], csv[row, "ref_answer"]) ? 'p' : 'f')))
                    yield return new Imported(observed, batch);
            }
        }
    }

    private static bool IsRight(string answer, string right)
    {
        string[] words = ["[Yes]", "[No]"];
        return new AnswerKey.Last(right.Equals("Yes", StringComparison.OrdinalIgnoreCase) ? words[0] : words[1], words).Accepts(answer);
    }

    private static char Timely(string first, string total) => History.Number(first) is { } f && History.Number(total) is { } t ? f <= FirstToken && t <= Total ? 'p' : 'f' : 'n';

    private static StreamReader Reader(byte[] bytes) => new(new MemoryStream(bytes), Encoding.UTF8);

    private static string Text(byte[] bytes)
    {
        using var reader = Reader(bytes);
        return reader.ReadToEnd();
    }

    private static byte[] Unpacked(byte[] bytes)
    {
        if (bytes is not [0x1f, 0x8b, ..])
            return bytes;
        try
        {
            using var packed = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
            using var read = new MemoryStream();
            var chunk = new byte[64 << 10];
            for (int count; (count = packed.Read(chunk)) > 0;)
            {
                if (read.Length + count > History.MostBytes)
                    throw new AuditException($"the file has more than {History.MostBytes} bytes when it is unpacked");
                read.Write(chunk, 0, count);
            }
            return read.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw new AuditException($"the file is no gzip file: {e.Message}", e);
        }
    }

    // A list of flat items with plain values, which is all of YAML that these files have.
    private static IEnumerable<Dictionary<string, string>> Items(string yaml)
    {
        Dictionary<string, string>? item = null;
        foreach (var line in yaml.Split('\n').Select(l => l.TrimEnd('\r', ' ')))
        {
            if (line.Length == 0 || line.TrimStart().StartsWith('#'))
                continue;
            if (line.StartsWith("- ", StringComparison.Ordinal))
            {
                if (item is not null)
                    yield return item;
                item = [];
            }
            else if (!line.StartsWith("  ", StringComparison.Ordinal) || item is null)
                throw new AuditException($"the line '{(line.Length > 40 ? line[..40] : line)}' is no item of a list and no member of one");
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (colon > 2)
                item[line[2..colon].Trim()] = line[(colon + 2)..].Trim().Trim('"', '\'');
        }
        if (item is not null)
            yield return item;
    }
}
