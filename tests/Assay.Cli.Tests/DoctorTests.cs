namespace Assay.Cli.Tests;

/// <summary><c>assay doctor --profile</c>: whether this machine computes what the profile says.</summary>
public class DoctorTests
{
    [Fact]
    public void Every_executor_of_this_machine_conforms_and_says_so()
    {
        using var assay = new Assay();
        var json = assay.Run("doctor", "--profile", "--json").Json;
        Assert.True(json.GetProperty("conforms").GetBoolean(), json.GetRawText());
        Assert.Equal("assay-f32-v1", json.GetProperty("profile").GetString());
        Assert.Equal(64, json.GetProperty("vectors").GetString()!.Length);
        Assert.All(json.GetProperty("executors").EnumerateArray(), e => Assert.True(e.GetProperty("vectors").GetInt32() > 300));
        var language = json.GetProperty("language");
        Assert.True(language.GetProperty("conforms").GetBoolean(), language.GetRawText());
        Assert.Equal("assay-llm-v1", language.GetProperty("profile").GetString());
        Assert.All(language.GetProperty("executors").EnumerateArray(), e => Assert.True(e.GetProperty("vectors").GetInt32() > 200));
    }
}
