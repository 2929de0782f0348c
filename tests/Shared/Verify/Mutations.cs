using Assay.Verify.Json;

namespace Assay.Tests;

/// <summary>Damage of every kind, for what must notice it.</summary>
internal static class Mutations
{
    /// <summary>Flips every bit of every byte, on all processors, and names those that <paramref name="isRefused"/> lets pass.</summary>
    /// <param name="isRefused">Given the damaged bytes and the position; called by several threads.</param>
    public static string[] FlippedBits(byte[] good, Func<byte[], int, bool> isRefused) =>
        [.. Enumerable.Range(0, good.Length).AsParallel().SelectMany(position =>
        {
            var mutant = good.ToArray();
            var passed = new List<string>();
            for (var bit = 0; bit < 8; bit++)
            {
                mutant[position] = (byte)(good[position] ^ (1 << bit));
                if (!isRefused(mutant, position))
                    passed.Add($"byte {position}, bit {bit}");
            }
            return passed;
        })];

    /// <summary>Every member and item removed, doubled, renamed, or of another type.</summary>
    public static IEnumerable<(string What, JsonValue Mutant)> Of(JsonValue value, string path)
    {
        for (var i = 0; i < value.Members.Length; i++)
        {
            var (name, member) = value.Members[i];
            var at = $"{path}.{name}";
            yield return ($"{at} removed", JsonValue.ObjectOf(value.Members.RemoveAt(i)));
            yield return ($"{at} doubled", JsonValue.ObjectOf(value.Members.Insert(i, value.Members[i])));
            yield return ($"{at} renamed", JsonValue.ObjectOf(value.Members.SetItem(i, new(name + "x", member))));
            foreach (var other in Others(member))
                yield return ($"{at} {other.Kind}", JsonValue.ObjectOf(value.Members.SetItem(i, new(name, other))));
            foreach (var (what, mutant) in Of(member, at))
                yield return (what, JsonValue.ObjectOf(value.Members.SetItem(i, new(name, mutant))));
        }
        for (var i = 0; i < value.Items.Length; i++)
        {
            var at = $"{path}[{i}]";
            yield return ($"{at} removed", JsonValue.ArrayOf(value.Items.RemoveAt(i)));
            yield return ($"{at} doubled", JsonValue.ArrayOf(value.Items.Insert(i, value.Items[i])));
            foreach (var other in Others(value.Items[i]))
                yield return ($"{at} {other.Kind}", JsonValue.ArrayOf(value.Items.SetItem(i, other)));
            foreach (var (what, mutant) in Of(value.Items[i], at))
                yield return (what, JsonValue.ArrayOf(value.Items.SetItem(i, mutant)));
        }
    }

    private static IEnumerable<JsonValue> Others(JsonValue value) =>
        new[] { JsonValue.Null, JsonValue.True, JsonValue.False, JsonValue.Of(3UL), JsonValue.Of("text"), JsonValue.ArrayOf([JsonValue.Of("text")]), JsonValue.ObjectOf([new KeyValuePair<string, JsonValue>("a", JsonValue.True)]) }
            .Where(other => other.Kind != value.Kind || (other.Kind == JsonKind.Bool && other.Integer != value.Integer));

    private static JsonValue Replace(JsonValue value, ReadOnlySpan<string> path, Func<JsonValue, JsonValue> change)
    {
        if (path.IsEmpty)
            return change(value);
        var name = path[0];
        if (value.Kind == JsonKind.Array)
        {
            var at = int.Parse(name);
            return JsonValue.ArrayOf(value.Items.SetItem(at, Replace(value.Items[at], path[1..], change)));
        }
        var i = value.Members.Select((m, i) => (m.Key, i)).Single(m => m.Key == name).i;
        return JsonValue.ObjectOf(value.Members.SetItem(i, new(name, Replace(value.Members[i].Value, path[1..], change))));
    }

    // Changes one character in the middle to another of the same alphabet; in the payload, a digit of the record id.
    private static string OtherText(string path, string text)
    {
        if (path == "envelope.payload")
        {
            var payload = Convert.FromBase64String(text);
            var id = payload.AsSpan().IndexOf("\"recordId\":\""u8) + 12;
            payload[id] = payload[id] == '0' ? (byte)'1' : (byte)'0';
            return Convert.ToBase64String(payload);
        }
        var at = text.Length / 3;
        return text[..at] + (text[at] == '0' ? '1' : '0') + text[(at + 1)..];
    }

    /// <summary>Changes one value, given by its path, to another of the same kind and length.</summary>
    public static JsonValue Change(JsonValue document, string path) => Replace(document, path.Split('.'), value => value.Kind == JsonKind.Number
        ? JsonValue.Of(value.Integer + 1)
        : JsonValue.Of(OtherText(path, value.Text)));

    public static byte[] Bytes(JsonValue value) => StrictJson.Write(value.Write);
}
