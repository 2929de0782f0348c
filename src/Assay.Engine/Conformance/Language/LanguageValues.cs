using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Assay.Engine.Models;

namespace Assay.Engine.Conformance.Language;

/// <summary>Reads and writes the values of test vectors.</summary>
public static class LanguageValues
{
    extension(ImmutableDictionary<string, string> values)
    {
        /// <exception cref="ModelException">It is not there.</exception>
        public string Text(string name) => values.TryGetValue(name, out var value) ? value : throw new ModelException($"'{name}' is missing");

        public byte[] Bytes(string name) => Guard(name, () => Convert.FromHexString(values.Text(name)));

        /// <summary>UTF-8.</summary>
        public string Utf8(string name) => Encoding.UTF8.GetString(values.Bytes(name));

        public float[] Floats(string name) => Guard(name, () =>
        {
            // All machines that Assay runs on are little-endian.
            var bytes = values.Bytes(name);
            return bytes.Length % 4 == 0 ? MemoryMarshal.Cast<byte, float>(bytes).ToArray() : throw new FormatException("no float32");
        });

        /// <summary>One float32; <paramref name="otherwise"/> where it is absent.</summary>
        public float Float(string name, float otherwise = 0) => values.ContainsKey(name) ? values.Floats(name) is [var one] ? one : throw Bad(name, null) : otherwise;

        public int[] Wholes(string name) => Guard(name, () => values.Text(name) is { Length: > 0 } text ? Array.ConvertAll(text.Split(','), Number) : []);

        /// <summary>One whole number; <paramref name="otherwise"/> where it is absent.</summary>
        public int Whole(string name, int otherwise = 0) => values.ContainsKey(name) ? values.Wholes(name) is [var one] ? one : throw Bad(name, null) : otherwise;

        public T Named<T>(string name) where T : struct, Enum => Enum.TryParse<T>(values.Text(name), out var value) ? value : throw Bad(name, null);
    }

    public static string Hex(ReadOnlySpan<float> values) => Convert.ToHexString(MemoryMarshal.AsBytes(values));

    public static string List(IEnumerable<int> values) => string.Join(',', values.Select(v => v.ToString(CultureInfo.InvariantCulture)));

    public static ImmutableDictionary<string, string> Of(params ReadOnlySpan<(string Name, string Value)> values)
    {
        var made = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in values)
            made.Add(name, value);
        return made.ToImmutable();
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static T Guard<T>(string name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw Bad(name, e);
        }
    }

    private static ModelException Bad(string name, Exception? cause)
    {
        var message = $"'{name}' is not what this operation takes";
        return cause is null ? new(message) : new(message, cause);
    }
}
