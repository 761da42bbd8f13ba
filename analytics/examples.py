"""Examples for the API documents, taken from the source document."""

from typing import Any

SESSION_ID = "2f6c1f0a-4f0f-4c9e-9a51-0b8f5f1c7a10"
OTHER_ID = "7d1e4a53-8d8c-4f5b-b0a3-5a0c0e7b9d22"
MOMENT = "2025-01-01T10:30:00Z"

STORED = {"success": True, "sessionId": SESSION_ID}
SESSION = {
    "id": SESSION_ID,
    "clientId": "client-17",
    "therapistId": "12",
    "startTime": "2025-01-01T10:00:00Z",
    "status": "active",
    "progress": 25,
}
PROGRESS_METRICS = {
    "totalMessages": 42,
    "therapistMessages": 21,
    "clientMessages": 21,
    "sessionDuration": 3600,
    "activeTime": 3000,
    "skillScores": {"Active Listening": 85, "Empathy": 78},
    "responseTime": 2.5,
    "conversationFlow": 88,
    "milestonesReached": ["introduction", "exploration"],
}
PROGRESS_REPORT = {
    "sessionId": SESSION_ID,
    "progressMetrics": PROGRESS_METRICS,
    "therapistId": "12",
    "evaluationFeedback": "Kept a steady pace and let the client finish.",
}
PROGRESS = {
    "sessionId": SESSION_ID,
    "progressMetrics": PROGRESS_METRICS,
    "feedback": [
        {
            "therapistId": "12",
            "feedback": "Kept a steady pace and let the client finish.",
            "createdAt": MOMENT,
        }
    ],
}
SNAPSHOTS = [{"timestamp": MOMENT, "value": 25}]
MILESTONES = [
    {
        "milestoneName": "introduction",
        "milestoneValue": 50,
        "achievedAt": MOMENT,
        "metadata": {},
    }
]
SKILLS = [
    {
        "skillName": "Active Listening",
        "skillCategory": "therapeutic",
        "currentScore": 85,
        "practiceSessions": 5,
        "lastPracticed": MOMENT,
        "createdAt": "2024-12-01T09:00:00Z",
    }
]
ANALYTICS_DATA: dict[str, Any] = {
    "sessionMetrics": [
        {
            "date": "2025-01-01",
            "sessions": 1,
            "therapistSessions": 1,
            "averageSessionProgress": 85,
            "sessionId": SESSION_ID,
            "therapistId": "12",
            "milestonesAchieved": 2,
            "averageResponseTime": 2.5,
        }
    ],
    "skillProgress": [
        {
            "skill": "Active Listening",
            "skillId": "active-listening",
            "score": 85,
            "trend": "up",
            "category": "therapeutic",
            "sessionsPracticed": 5,
            "averageImprovement": 12,
        }
    ],
    "summaryStats": [
        {
            "value": 1,
            "label": "Total Sessions",
            "therapistId": "12",
            "trend": {"value": 1, "direction": "up", "period": "recent"},
            "color": "blue",
        }
    ],
    "progressSnapshots": SNAPSHOTS,
}
COMPARISON_REQUEST = {
    "therapistId": "12",
    "currentSessionId": SESSION_ID,
    "previousSessionId": OTHER_ID,
    "improvementScore": 85,
    "metrics": {
        "progressImprovement": 10,
        "skillScoreImprovement": 5,
        "responseTimeImprovement": 0.5,
    },
}
COMPARED = {
    "success": True,
    "comparisonId": "c0a8f6b1-52f5-4c0c-8f4e-3a4f3f7a9e01",
    "therapistId": "12",
    "currentSessionId": SESSION_ID,
}
COMPARISON = {
    **COMPARISON_REQUEST,
    "id": COMPARED["comparisonId"],
    "analyzedAt": MOMENT,
    "currentSessionStartedAt": "2025-01-01T10:00:00Z",
    "previousSessionStartedAt": "2024-12-01T10:00:00Z",
    "trend": "stable",
    "reliableChange": {
        "insufficientData": False,
        "basis": "skillScores",
        "change": 5,
        "standardError": 6.3246,
        "smallestDetectableChange": 12.3959,
        "reliableChangeIndex": 0.7906,
        "practiceEffect": 0,
        "practiceAdjustedIndex": 0.7906,
        "criticalValue": 1.96,
        "measures": [
            {
                "measure": "Empathy",
                "change": 5,
                "standardError": 6.3246,
                "smallestDetectableChange": 12.3959,
                "reliableChangeIndex": 0.7906,
                "practiceEffect": 0,
                "practiceAdjustedIndex": 0.7906,
                "criticalValue": 1.96,
                "trend": "stable",
                "spread": 10,
                "reliability": 0.8,
                "source": "assumed",
            }
        ],
    },
}
WHOLE_ANALYTICS_DATA = {
    **ANALYTICS_DATA,
    "comparativeData": {
        "currentSession": ANALYTICS_DATA["sessionMetrics"][0],
        "previousSession": {
            **ANALYTICS_DATA["sessionMetrics"][0],
            "date": "2024-12-01",
            "sessionId": OTHER_ID,
        },
        "trend": "stable",
        "reliableChange": COMPARISON["reliableChange"],
    },
}
AUDIT_RECORD = {
    "seq": 4711,
    "at": MOMENT,
    "actorId": "30",
    "action": "progress.list",
    "sessionId": SESSION_ID,
    "status": 200,
    "calls": 1,
    "reason": "",
    "onBehalfOf": None,
}
